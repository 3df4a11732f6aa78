# ruff: noqa: E501 - a sentence is a line
"""English, complete: what other languages lack is taken from here."""

WORDS = {
    "code": "Your code: {code}",
    "open": "Continue",
    "ignore": "If this was not you, ignore this message: nothing has changed.",
    "warn": "If this was not you, change your password now and sign out on all devices.",
    "fixed": "Messages of this kind go to everybody they concern.",
    "choice": "You can turn this kind of message off in your settings.",
}

MAIL = {
    "auth.signup": ("Confirm your address", "Confirm this address to finish signing up."),
    "auth.recovery": (
        "Choose a new password",
        "Somebody asked for a new password for your account.",
    ),
    "auth.invite": ("You are invited", "You were invited to make an account."),
    "auth.magiclink": ("Sign in", "Follow the link, or enter the code, to sign in."),
    "auth.email": ("Your code to sign in", "Enter the code to sign in."),
    "auth.email_change_current": (
        "Confirm your change of address",
        "Your account is to use {new_address}. Confirm it from this address, too.",
    ),
    "auth.email_change_new": (
        "Confirm your new address",
        "Confirm that your account uses this address from now on.",
    ),
    "auth.reauthentication": ("Confirm that it is you", "Enter the code to go on."),
    "auth.password_changed": (
        "Your password was changed",
        "The password of your account was changed.",
    ),
    "auth.email_changed": (
        "Your address was changed",
        "Your account uses another address now. This is the last message to this one.",
    ),
    "auth.phone_changed": (
        "Your phone number was changed",
        "Your account has another phone number now.",
    ),
    "auth.identity_linked": (
        "A way to sign in was added",
        "You can sign in with {provider} from now on.",
    ),
    "auth.identity_unlinked": (
        "A way to sign in was removed",
        "Nobody signs in to your account with {provider} any more.",
    ),
    "auth.mfa_factor_enrolled": (
        "A second factor was added",
        "Your account has a second factor more ({factor}).",
    ),
    "auth.mfa_factor_unenrolled": (
        "A second factor was removed",
        "Your account has a second factor less ({factor}).",
    ),
    "security.destination": (
        "Your payment details were changed",
        "Where money goes that is paid to you was changed.",
    ),
    "security.new_device": (
        "Sign-in from a new device",
        "Somebody signed in to your account from a device that we have not seen before. If it was not you, end that session and change your password.",
    ),
    "security.erasure": (
        "Your account is to be erased",
        "Somebody asked to erase your account, with your second factor. It happens after 14 days. If it was not you, cancel it in your account and change your password.",
    ),
    "security.export": (
        "Your data export is ready",
        "The export of your data can be downloaded in your account for 7 days, with your second factor. If you did not ask for it, change your password.",
    ),
    "security.attempts": (
        "Wrong attempts at your account",
        "Wrong passwords or codes were tried at your account many times. Sign-in may be locked for a while. If it was not you, change your password.",
    ),
    "security.recovery_codes": (
        "Recovery codes of your account",
        "Recovery codes of your account were made or used. If it was not you, write to support at once.",
    ),
    "security.api_key": (
        "An API key of your account",
        "An API key that acts for you, or for an organisation of yours, was made, rotated or revoked. If it was not you, revoke it at once and change your password.",
    ),
    "security.factor_reset": (
        "The second factor of your account",
        "Somebody asked to take the second factor off your account, or it was decided, cancelled or done. If it was not you, sign in and cancel it at once, and change your password.",
    ),
    "security.webhook": (
        "An address for webhooks was switched",
        "One of your addresses for webhooks was switched on or off.",
    ),
    "account.verified": (
        "Your verification has changed",
        "What is verified about you has changed.",
    ),
    "trade.opened": (
        "Trade {reference} has begun",
        "A trade has begun. See what is to be done, and by when.",
    ),
    "trade.funded": (
        "Trade {reference}: the money is held",
        "The money is here and held. The other part can be done now.",
    ),
    "trade.paid": (
        "Trade {reference} is marked as done",
        "One side says that it has paid or delivered. Check it yourself before anything is released.",
    ),
    "trade.released": ("Trade {reference}: money released", "The money of the trade was released."),
    "trade.refunded": ("Trade {reference}: money returned", "The money of the trade went back."),
    "trade.cancelled": (
        "Trade {reference} was cancelled",
        "The trade ended before any money was held.",
    ),
    "trade.split_offered": (
        "Trade {reference}: an offer to divide",
        "One side offers to divide the money. Accept it or leave it.",
    ),
    "trade.disputed": (
        "Trade {reference} is disputed",
        "Write your statement and add your evidence in time: an arbiter decides by them.",
    ),
    "trade.decided": (
        "Trade {reference} was decided",
        "An arbiter has decided. You can accept or appeal.",
    ),
    "trade.frozen": (
        "Trade {reference} rests or goes on",
        "The trade was put on hold, or a hold on it has ended.",
    ),
    "payout.sent": ("{amount} are on their way", "Your payout has left."),
    "payout.paid": ("{amount} were paid out", "Your payout has arrived."),
    "payout.failed": (
        "A payout of {amount} failed",
        "Your payout was not paid. The money is safe: see what can be done.",
    ),
    "payout.kept": (
        "{amount} stay in your balance",
        "Your payout was not sent; the money is in your balance.",
    ),
    "deposit.credited": ("{amount} came in", "Your deposit is in your balance."),
    "deposit.lost": ("A deposit of {amount} was taken back", "Whoever paid it in took it back."),
}

SMS = {
    "auth.code": "{code} is your {brand} code. Never tell it to anybody.",
    "auth.mfa_code": "{code} is your {brand} security code. Never tell it to anybody.",
}
