"""QR codes as pictures inside of a page."""

from markupsafe import Markup

_MASK = 3


def svg_of(text: str) -> Markup:
    """A QR code of a text as SVG, dark on white whatever the colours of the page, with the quiet
    zone of four modules that readers want."""
    # 17 ms that only whoever is shown a code waits for.
    import segno

    # Readers take every mask: to weigh all eight takes ten times as long.
    code = segno.make(text, error="m", micro=False, mask=_MASK)
    # Drawn by a library out of numbers: the text itself is not in it.
    return Markup(  # noqa: S704
        code.svg_inline(
            scale=5, border=4, dark="#000", light="#fff", svgclass="qr", omitsize=True,
            lineclass=None,
        )
    )  # fmt: skip
