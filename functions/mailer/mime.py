"""An e-mail as bytes, and its two forms: plain text and HTML."""

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from html import escape

from .provider import Outgoing
from .text_rules import RIGHT_TO_LEFT, Mail

# Lines of headers stay whole: an address of a link is not folded.
_POLICY = SMTP.clone(max_line_length=998, cte_type="7bit")


def mime_of(message: Outgoing, sender: str) -> bytes:
    """The message of RFC 5322, in ASCII."""
    mail = EmailMessage(policy=_POLICY)
    mail["From"] = sender
    mail["To"] = Address(addr_spec=message.to)
    mail["Subject"] = message.subject
    # Nobody's holiday answers it (RFC 3834).
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text)
    mail.add_alternative(message.html, subtype="html")
    # Last: of those before, the Content-… go into the first part.
    for name, value in message.headers.items():
        mail[name] = value
    return mail.as_bytes()


def text_of(mail: Mail, link: str) -> str:
    """The plain form."""
    first, *rest = mail.body
    where = f"{mail.open}: {link}" if link else ""
    return "\n\n".join(part for part in (first, mail.code, where, *rest) if part) + "\n"


def html_of(mail: Mail, link: str) -> str:
    """The HTML form: no picture, nothing that is fetched from anywhere."""
    way = "rtl" if mail.language in RIGHT_TO_LEFT else "ltr"
    first, *rest = (f"<p>{escape(each)}</p>" for each in mail.body)
    code = f"<p><strong>{escape(mail.code)}</strong></p>" if mail.code else ""
    where = f'<p><a href="{escape(link)}">{escape(mail.open)}</a></p>' if link else ""
    return (
        f'<!doctype html><html lang="{mail.language}" dir="{way}"><head><meta charset="utf-8">'
        f"<title>{escape(mail.subject)}</title></head><body>"
        f"{first}{code}{where}{''.join(rest)}</body></html>"
    )
