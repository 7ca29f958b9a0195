r"""LaTeX commands that texts of others may bring into a document: letters, formulas and styles, and nothing that acts.

BibTeX copies a title into the document of whoever cites it, where \input reads files and \write18 runs programs. So
commands are allowed by name; a text with any other is written so that it is printed instead of obeyed.
"""

import re

# A command, or "^^", which begins a character's code: TeX reads "^^5cinput" as \input.
_COMMAND = re.compile(r"\\(?P<name>[A-Za-z@]+)|\\(?P<sign>.)|(?P<code>\^\^)|\\$", re.DOTALL)
_SIGNS = frozenset("\\,;:!&%#_{}$'`\"^~=.-/()[]| ")
# A link may only lead to the web: PDF readers start programs at "run:".
_HARMLESS_ARGUMENT = re.compile(
    r"\\(?:url|href)\{https?://[^\s{}\\^]*\}|\\(?:begin|end)\{(?:[bpvBV]?(?:small)?matrix|cases|aligned|gathered)\}"
)
_ALLOWED = frozenset(
    """
    AA AE DH DJ L NG O OE S TH aa ae dh dj i j l ng o oe ss th H b c d k r u v t dag ddag copyright pounds P
    textbf textit textmd textnormal textrm textsc textsf textsl textsubscript textsuperscript texttt textup emph text
    underline bf cal em it mit rm sc sf sl tt large small mbox ensuremath texorpdfstring noopsort
    textasciicircum textasciigrave textasciimacron textasciitilde textasteriskcentered textbackslash textbar
    textbraceleft textbraceright textbullet textcelsius textcent textcopyright textcurrency textdagger textdegree
    textdiv textdollar textellipsis textemdash textendash texteuro textexclamdown textgreater textless textmu textohm
    textonehalf textonequarter textordfeminine textordmasculine textparagraph textperiodcentered textperthousand textpm
    textquestiondown textquotedbl textquotedblleft textquotedblright textquoteleft textquoteright textquotesingle
    textregistered textrightarrow textsection textsterling textsuperscript textthreequarters texttimes texttrademark
    textunderscore textyen TeX LaTeX LaTeXe BibTeX

    mathbb mathbbm mathbf mathcal mathds mathfrak mathit mathnormal mathrm mathscr mathsf mathtt boldsymbol bm pmb
    operatorname mathop mathrel mathbin mathord displaystyle textstyle scriptstyle scriptscriptstyle limits nolimits
    left right middle big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr bigm Bigm quad qquad enspace
    thinspace medspace thickspace negthinspace frac dfrac tfrac cfrac nicefrac sfrac binom dbinom tbinom sqrt root over
    choose atop stackrel overset underset substack overline overbrace underbrace overrightarrow overleftarrow
    overleftrightarrow widehat widetilde widebar xrightarrow xleftarrow hat check breve acute grave tilde bar vec dot
    ddot dddot mathring not pmod bmod mod phantom hphantom vphantom ket bra braket langle rangle lbrace rbrace lbrack
    rbrack lceil rceil lfloor rfloor lvert rvert lVert rVert vert Vert ulcorner urcorner llcorner lrcorner backslash
    slash colon ldotp cdotp

    alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa varkappa lambda mu nu xi omicron pi
    varpi rho varrho sigma varsigma tau upsilon phi varphi chi psi omega Alpha Beta Gamma Delta Epsilon Zeta Eta Theta
    Iota Kappa Lambda Mu Nu Xi Omicron Pi Rho Sigma Tau Upsilon Phi Chi Psi Omega digamma aleph beth gimel daleth hbar
    hslash ell wp Re Im imath jmath nabla partial infty emptyset varnothing forall exists nexists neg lnot top bot
    angle measuredangle sphericalangle prime backprime surd triangle square blacksquare lozenge blacklozenge Diamond
    Box flat natural sharp clubsuit diamondsuit heartsuit spadesuit complement mho eth deg degree circ bullet star
    bigstar ast dagger ddagger cdot cdots ldots dots dotsb dotsc dotsi dotsm dotso ddots vdots

    pm mp times div cap cup Cap Cup uplus sqcap sqcup vee wedge setminus smallsetminus wr diamond triangleleft
    triangleright bigtriangleup bigtriangledown oplus ominus otimes oslash odot bigcirc amalg ltimes rtimes boxplus
    boxminus boxtimes boxdot dotplus intercal sum prod coprod int iint iiint iiiint idotsint oint bigcap bigcup
    bigsqcup bigvee bigwedge bigodot bigotimes bigoplus biguplus

    le leq leqq leqslant ge geq geqq geqslant ne neq ll gg lll ggg prec preceq preccurlyeq succ succeq succcurlyeq sim
    simeq approx approxeq cong equiv asymp doteq triangleq coloneqq eqqcolon propto models perp mid nmid parallel
    nparallel smile frown bowtie vdash dashv vDash Vdash nvdash subset supset subseteq supseteq subsetneq supsetneq
    nsubseteq nsupseteq Subset Supset sqsubset sqsupset sqsubseteq sqsupseteq in ni notin owns lesssim gtrsim
    lessapprox gtrapprox lessgtr gtrless nless ngtr nleq ngeq ncong nsim vartriangleleft vartriangleright
    trianglelefteq trianglerighteq therefore because between pitchfork backsim land lor

    leftarrow rightarrow leftrightarrow Leftarrow Rightarrow Leftrightarrow longleftarrow longrightarrow
    longleftrightarrow Longleftarrow Longrightarrow Longleftrightarrow uparrow downarrow updownarrow Uparrow Downarrow
    Updownarrow mapsto longmapsto to gets iff implies impliedby hookleftarrow hookrightarrow leftharpoonup
    leftharpoondown rightharpoonup rightharpoondown rightleftharpoons leftrightharpoons nearrow searrow swarrow nwarrow
    leadsto rightsquigarrow leftrightsquigarrow twoheadrightarrow twoheadleftarrow rightarrowtail leftarrowtail
    rightrightarrows leftleftarrows rightleftarrows leftrightarrows nrightarrow nleftarrow nRightarrow nLeftarrow
    circlearrowleft circlearrowright curvearrowleft curvearrowright multimap restriction

    arccos arcsin arctan arg cos cosh cot coth csc deg det dim exp gcd hom inf injlim ker lg lim liminf limsup ln log
    max min Pr projlim sec sin sinh sup tan tanh

    aj actaa araa apj apjl apjs ao apss aap aapr aaps azh baas bac caa cjaa icarus jcap jrasc memras mnras na nar pra
    prb prc prd pre prl pasa pasp pasj rmxaa qjras skytel solphys sovast ssr zap nat iaucirc aplett apspr bain fcp gca
    grl jcp jgr jqsrt memsai nphysa physrep physscr planss procspie psj
    """.split()  # the last: journals, as ADS writes them: https://ui.adsabs.harvard.edu/help/actions/journal-macros
)


def is_harmless(latex: str) -> bool:
    """Whether the text has no command but allowed ones, and no character's code."""
    return all(
        not match["code"] and (match["name"] in _ALLOWED if match["name"] else match["sign"] in _SIGNS)
        for match in _COMMAND.finditer(_HARMLESS_ARGUMENT.sub(" ", latex))
    )
