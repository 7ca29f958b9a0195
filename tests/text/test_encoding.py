"""Bytes of unknown encoding become text; damage in one place garbles no other."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recommender.sources.libraries.encodings import decode_library
from recommender.text.encoding import decode

WRITTEN = st.text("aä ß日é😀", min_size=1).map(lambda text: f"{{“Größe”: {text}")  # one line, as JSON and feeds may be
DECODERS = pytest.mark.parametrize("read", [decode, lambda data: decode_library(data)[0]], ids=["digest", "library"])


@DECODERS
@given(text=WRITTEN, cut=st.integers(1, 3))
def test_a_line_of_utf_8_that_is_cut_in_a_character_keeps_the_others(read, text, cut):
    data = f"{text}日".encode()[:-cut]
    assert read(data)[: len(text)] == text


@DECODERS
@given(text=WRITTEN, rest=WRITTEN)
def test_a_byte_of_another_encoding_in_utf_8_is_read_as_one_of_windows(read, text, rest):
    assert read(text.encode() + b"caf\xe9 " + rest.encode()) == f"{text}café {rest}"


@pytest.mark.parametrize("text", ["Größe über alles, café à la carte", "l’été “déjà vu” – naïve", "Ångström"])
def test_western_text_is_not_taken_for_damaged_utf_8(text):
    assert decode(text.encode("cp1252")) == text


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("cp1251", "Публикации о нейронных сетях, её объём и съёмка"),
        ("koi8-r", "Публикации о нейронных сетях, её объём и съёмка"),
        ("gb18030", "关于神经网络的图像融合方法研究与应用"),
        ("euc-kr", "신경망을 이용한 영상 융합 방법에 관한 연구"),
        ("shift_jis", "ニューラルネットワークによる画像融合の研究"),
        ("iso8859-7", "Νευρωνικά δίκτυα και σύντηξη εικόνων"),
    ],
)
def test_a_guess_from_other_scripts_is_still_made(encoding, text):
    bib = f"@article{{k, title = {{{text}}}, author = {{{text}}}, abstract = {{{text}}}}}"
    assert decode_library(bib.encode(encoding))[0] == bib
