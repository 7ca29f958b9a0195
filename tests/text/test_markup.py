"""XML of unknown origin: refused, mended, or partly kept; and HTML as plain text."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.errors import SourceError
from recommender.text.encoding import decode
from recommender.text.markup import parse, parse_entries, plain, root_of, text_of, web_page

BOMB = (
    '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a0 "ha">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    + "]><rss>&a9;</rss>"
)


def text(xml: str) -> str:
    return text_of(parse(xml))


# What is refused


@pytest.mark.parametrize(
    ("xml", "message"),
    [
        ("", "it is empty"),
        (" \n", "it is empty"),
        ("Hello", "no XML, so not a feed"),
        ("<a>\n<b>", r"the XML is cut off \(line 2\); fetch it again"),
        ("<a>\n<b></a>", r"the XML is damaged \(line 2: mismatched tag\)"),
        ("<!DOCTYPE html><html><title>Sign in</title>", "this is a web page (“Sign in”), not a feed; check the"),
        ("\n<!-- hello --><HTML lang='en'><body>", "this is a web page, not a feed"),
        (BOMB, "it declares entities of its own"),
        ('<!DOCTYPE a SYSTEM ">" [<!ENTITY x "y">]><a>&x;</a>', "it declares entities of its own"),
        ('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>', "it declares entities of its own"),
    ],
)
def test_what_is_no_whole_xml_is_refused_with_a_reason(xml, message):
    with pytest.raises(SourceError) as raised:
        parse(xml)
    assert message.replace("\\", "") in str(raised.value)


@pytest.mark.sample(3)
@pytest.mark.parametrize(
    "xml",
    [
        BOMB,
        "<!--" * 200_000,
        "<!---->" * 100_000,
        "<a>" * 100_000,
        "<a " + "x" * 1_000_000,
        "<a>" + "&" * 500_000,
        "<a>" + "<![CDATA[" * 100_000,
        "<html>" + "<title" * 100_000,
        "<?xml " * 100_000,
    ],
    ids=lambda xml: xml[:16],
)
def test_a_hostile_text_is_read_in_time(xml):
    begin = time.process_time()
    with pytest.raises(SourceError):
        parse(f"{xml}<")
    assert time.process_time() - begin < 20  # less than one on an idle machine; the square of it takes minutes


def test_a_document_type_without_entities_does_no_harm():
    assert text('<!DOCTYPE rss PUBLIC "-//Netscape//DTD RSS 0.91//EN" "http://example.org/rss.dtd"><rss>a</rss>') == "a"


# What is mended


@pytest.mark.parametrize(
    ("inside", "expected"),
    [
        ("a\x00b\x0bc\x1f&#0;&#x1F;&#x0b;d", "abcd"),
        ("a\ufffe\ud800b", "ab"),
        ("caf&eacute;&nbsp;R&D &amp; &lt;b&gt; &#233;", "café R&D & <b> é"),
        ("&LT;b>&AMP;", "<b>&"),
        ("<![CDATA[a & b &amp; <c>]]> & d", "a & b &amp; <c> & d"),
        ("&nosuchname;", "&nosuchname;"),
        ("a\n\t b", "a b"),
    ],
)
def test_what_xml_forbids_and_feeds_contain_is_understood(inside, expected):
    assert text(f"<?xml version='1.0' encoding='latin-1'?><a>{inside}</a>") == expected


def test_text_within_xhtml_keeps_its_words_apart():
    assert text("<d><p>We find H<sub>2</sub>O</p><p>in <b>space</b>.</p></d>") == "We find H2O in space."


def test_nesting_deeper_than_python_recurses_is_read():
    assert text("<a>" * 50_000 + "x" + "</a>" * 50_000) == "x"


# What is kept of a broken document


@pytest.mark.parametrize(
    ("end", "reason"),
    [
        ("<item>c", "the XML is cut off (line 3) in entry 3; fetch it again"),
        ("<item>c</b></item></rss>", "the XML is damaged (line 3: mismatched tag) in entry 3; fetch it again"),
        ("", "the XML is cut off (line 3) after entry 2; fetch it again"),
    ],
)
def test_the_whole_entries_before_a_break_are_kept(end, reason):
    root, (skipped,) = parse_entries(f"<rss>\n<item>a</item><item>b</item>\n{end}", {"item"})
    assert ([text_of(item) for item in root], skipped.line, skipped.reason) == (["a", "b"], 3, reason)


def test_without_a_whole_entry_nothing_is_kept():
    with pytest.raises(SourceError, match="cut off"):
        parse_entries("<rss><item>a", {"item"})


@given(st.text(alphabet=st.sampled_from("<>/a!?-[]&;\"'= \n")))
def test_any_text_gives_a_tree_or_a_source_error(xml):
    try:
        tag = parse_entries(f"<a>{xml}", {"b"})[0].tag
    except SourceError:
        tag = "a"
    assert tag == "a"


@given(st.text())
def test_any_text_written_as_xml_comes_back(written):
    from xml.sax.saxutils import escape

    kept = "".join(sign for sign in written if not 0xD800 <= ord(sign) < 0xE000 and sign not in "\ufffe\uffff")
    kept = "".join(sign for sign in kept if ord(sign) >= 32 or sign in "\t\r\n")
    assert text(f"<a>{escape(written)}</a>") == " ".join(kept.split())


# A look at the beginning


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"<?xml version='1.0'?>\n<!-- a <b> -->\n<rdf:RDF xmlns:rdf='x'>", "RDF"),
        (b"\xef\xbb\xbf<feed>", "feed"),
        ("<feed/>".encode("utf-16"), "feed"),
        (b"<!DOCTYPE rss PUBLIC 'x'>\n<rss>", "rss"),
        (b"# Markdown <b>", ""),
        (b"<!-- never closed", ""),
        (b"", ""),
    ],
)
def test_the_root_is_known_from_the_beginning(data, name):
    assert root_of(data) == name


def test_a_web_page_is_recognised_by_its_beginning():
    pages = ["<!doctype HTML><title>a&amp;b</title>", "<html>", "<htmlx>", "a <html>"]
    assert [web_page(page) for page in pages] == ["a&b", "", None, None]


# Plain text


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>First.</p><p>Second &amp; last.</p>", "First. Second & last."),
        ('<jats:p>An <jats:italic>E. coli</jats:italic> strain</jats:p><img src="a.png"/>', "An E. coli strain"),
        ("<h2>Aims</h2><ul><li>a</li><li>b</li></ul>", "Aims a b"),
        ("we take a <b, c> and x <think> y", "we take a <b, c> and x <think> y"),
        ("$x<y$ and $z>w$", "$x<y$ and $z>w$"),
    ],
)
def test_html_becomes_plain_text(html, expected):
    assert plain(html) == expected


# Encodings


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "windows-1251", "koi8-r", "gb18030"])
def test_the_declared_encoding_is_honoured(encoding):
    xml = f'<?xml version="1.0" encoding="{encoding}"?><a>Привет</a>'
    assert decode(xml.encode(encoding)) == xml


@pytest.mark.parametrize("declared", ["nosuch", "idna", "unicode_escape", "hex", "gb2312"])
def test_a_wrong_declaration_does_no_harm(declared):
    xml = f'<?xml version="1.0" encoding="{declared}"?><a>é “x”</a>'
    assert [decode(xml.encode("utf-8")), decode(xml.encode("cp1252"))] == [xml, xml]


@given(st.binary())
def test_any_bytes_are_some_text(data):
    assert isinstance(decode(data), str)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("Fast <inline-formula><tex-math notation='LaTeX'>$H_2$</tex-math></inline-formula> nets", "Fast $H_2$ nets"),
        ("<bold>Bold</bold> <italic>claims</italic> on <scp>dna</scp>", "Bold claims on dna"),
        ("Mass of <math><msup><mi>K</mi><mo>+</mo></msup></math>", "Mass of K+"),
        (
            "<mml:math><mml:semantics><mml:mi>x</mml:mi><mml:annotation>$x$</mml:annotation></mml:semantics></mml:math>",
            "x",
        ),
        ("<alternatives><tex-math>$y$</tex-math><mml:math><mml:mi>y</mml:mi></mml:math></alternatives> is", "$y$ is"),
        ("<jats:inline-formula>z</jats:inline-formula> and H<SUB>2</SUB>O", "z and H2O"),
        ("<think> before a <b, c> and x < y", "<think> before a <b, c> and x < y"),
    ],
)
def test_tags_of_publishers_are_no_words(written, meant):
    assert plain(written) == meant


NAMES = st.sampled_from(
    "inline-formula disp-formula tex-math italic bold sc scp math mi mo mrow msup mfrac jats:italic mml:mi".split()
)


@given(
    st.recursive(
        st.sampled_from(["x", "$a$", "birds", " "]), lambda inner: st.builds("<{0}>{1}</{0}>".format, NAMES, inner)
    )
)
def test_no_tag_of_a_publisher_is_left(text):
    assert "<" not in plain(text)
