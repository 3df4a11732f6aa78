# ruff: noqa: E501 - a sentence is a line
"""German."""

WORDS = {
    "code": "Ihr Code: {code}",
    "open": "Weiter",
    "ignore": "Waren Sie das nicht, ignorieren Sie diese Nachricht: Nichts hat sich geändert.",
    "warn": "Waren Sie das nicht, ändern Sie sofort Ihr Passwort und melden Sie alle Geräte ab.",
    "fixed": "Nachrichten dieser Art erhalten alle, die sie betreffen.",
    "choice": "Sie können diese Art von Nachricht in Ihren Einstellungen abschalten.",
}

MAIL = {
    "auth.signup": (
        "Bestätigen Sie Ihre Adresse",
        "Bestätigen Sie diese Adresse, um die Registrierung abzuschließen.",
    ),
    "auth.recovery": (
        "Wählen Sie ein neues Passwort",
        "Jemand hat für Ihr Konto ein neues Passwort verlangt.",
    ),
    "auth.invite": ("Sie sind eingeladen", "Sie wurden eingeladen, ein Konto anzulegen."),
    "auth.magiclink": (
        "Anmelden",
        "Folgen Sie dem Link oder geben Sie den Code ein, um sich anzumelden.",
    ),
    "auth.email": ("Ihr Code zum Anmelden", "Geben Sie den Code ein, um sich anzumelden."),
    "auth.email_change_current": (
        "Bestätigen Sie die neue Adresse",
        "Ihr Konto soll {new_address} verwenden. Bestätigen Sie es auch von dieser Adresse aus.",
    ),
    "auth.email_change_new": (
        "Bestätigen Sie Ihre neue Adresse",
        "Bestätigen Sie, dass Ihr Konto ab jetzt diese Adresse verwendet.",
    ),
    "auth.reauthentication": (
        "Bestätigen Sie, dass Sie es sind",
        "Geben Sie den Code ein, um fortzufahren.",
    ),
    "auth.password_changed": (
        "Ihr Passwort wurde geändert",
        "Das Passwort Ihres Kontos wurde geändert.",
    ),
    "auth.email_changed": (
        "Ihre Adresse wurde geändert",
        "Ihr Konto verwendet jetzt eine andere Adresse. Dies ist die letzte Nachricht an diese.",
    ),
    "auth.phone_changed": (
        "Ihre Telefonnummer wurde geändert",
        "Ihr Konto hat jetzt eine andere Telefonnummer.",
    ),
    "auth.identity_linked": (
        "Ein Anmeldeweg kam dazu",
        "Sie können sich ab jetzt mit {provider} anmelden.",
    ),
    "auth.identity_unlinked": (
        "Ein Anmeldeweg wurde entfernt",
        "Mit {provider} meldet sich niemand mehr an Ihrem Konto an.",
    ),
    "auth.mfa_factor_enrolled": (
        "Ein zweiter Faktor kam dazu",
        "Ihr Konto hat einen zweiten Faktor mehr ({factor}).",
    ),
    "auth.mfa_factor_unenrolled": (
        "Ein zweiter Faktor wurde entfernt",
        "Ihr Konto hat einen zweiten Faktor weniger ({factor}).",
    ),
    "security.destination": (
        "Ihre Zahlungsdaten wurden geändert",
        "Wohin Geld geht, das Ihnen gezahlt wird, wurde geändert.",
    ),
    "security.new_device": (
        "Anmeldung von einem neuen Gerät",
        "Jemand hat sich von einem Gerät bei Ihrem Konto angemeldet, das wir noch nicht kennen. Wenn Sie es nicht waren, beenden Sie diese Sitzung und ändern Sie Ihr Passwort.",
    ),
    "security.erasure": (
        "Ihr Konto soll gelöscht werden",
        "Jemand hat mit Ihrem zweiten Faktor verlangt, Ihr Konto zu löschen. Das geschieht nach 14 Tagen. Wenn Sie es nicht waren, nehmen Sie es in Ihrem Konto zurück und ändern Sie Ihr Passwort.",
    ),
    "security.export": (
        "Ihr Datenexport ist fertig",
        "Der Export Ihrer Daten kann 7 Tage lang in Ihrem Konto heruntergeladen werden, mit Ihrem zweiten Faktor. Wenn Sie ihn nicht verlangt haben, ändern Sie Ihr Passwort.",
    ),
    "security.attempts": (
        "Falsche Versuche an Ihrem Konto",
        "An Ihrem Konto wurden viele falsche Passwörter oder Codes versucht. Die Anmeldung ist vielleicht eine Zeit lang gesperrt. Wenn Sie es nicht waren, ändern Sie Ihr Passwort.",
    ),
    "security.recovery_codes": (
        "Wiederherstellungscodes Ihres Kontos",
        "Wiederherstellungscodes Ihres Kontos wurden erstellt oder benutzt. Wenn Sie es nicht waren, schreiben Sie sofort dem Support.",
    ),
    "security.api_key": (
        "Ein API-Schlüssel Ihres Kontos",
        "Ein API-Schlüssel, der für Sie oder für eine Ihrer Organisationen handelt, wurde erstellt, erneuert oder widerrufen. Wenn Sie es nicht waren, widerrufen Sie ihn sofort und ändern Sie Ihr Passwort.",
    ),
    "security.factor_reset": (
        "Der zweite Faktor Ihres Kontos",
        "Jemand hat verlangt, den zweiten Faktor von Ihrem Konto zu nehmen, oder es wurde beschlossen, abgebrochen oder getan. Wenn Sie das nicht waren, melden Sie sich an, brechen Sie es sofort ab und ändern Sie Ihr Passwort.",
    ),
    "security.webhook": (
        "Ein Webhook wurde ein- oder ausgeschaltet",
        "Eine Ihrer Adressen für Webhooks wurde ein- oder ausgeschaltet.",
    ),
    "account.verified": (
        "Ihre Verifizierung hat sich geändert",
        "Was über Sie geprüft ist, hat sich geändert.",
    ),
    "trade.opened": (
        "Handel {reference} hat begonnen",
        "Ein Handel hat begonnen. Sehen Sie nach, was bis wann zu tun ist.",
    ),
    "trade.funded": (
        "Handel {reference}: Geld wird gehalten",
        "Das Geld ist da und wird gehalten. Die andere Seite kann leisten.",
    ),
    "trade.paid": (
        "Handel {reference} gilt als geleistet",
        "Eine Seite sagt, sie habe gezahlt oder geliefert. Prüfen Sie es selbst, bevor etwas freigegeben wird.",
    ),
    "trade.released": (
        "Handel {reference}: Geld freigegeben",
        "Das Geld des Handels wurde freigegeben.",
    ),
    "trade.refunded": (
        "Handel {reference}: Geld zurückgegeben",
        "Das Geld des Handels ging zurück.",
    ),
    "trade.cancelled": (
        "Handel {reference} wurde abgebrochen",
        "Der Handel endete, bevor Geld gehalten wurde.",
    ),
    "trade.split_offered": (
        "Handel {reference}: Angebot zur Teilung",
        "Eine Seite schlägt vor, das Geld zu teilen. Nehmen Sie an oder nicht.",
    ),
    "trade.disputed": (
        "Handel {reference} ist strittig",
        "Schreiben Sie rechtzeitig Ihre Stellungnahme und fügen Sie Beweise bei: Danach wird entschieden.",
    ),
    "trade.decided": (
        "Handel {reference} wurde entschieden",
        "Es wurde entschieden. Sie können annehmen oder Einspruch erheben.",
    ),
    "trade.frozen": (
        "Handel {reference} ruht oder geht weiter",
        "Der Handel wurde angehalten, oder ein Halt ist zu Ende.",
    ),
    "payout.sent": ("{amount} sind unterwegs", "Ihre Auszahlung ist unterwegs."),
    "payout.paid": ("{amount} wurden ausgezahlt", "Ihre Auszahlung ist angekommen."),
    "payout.failed": (
        "Eine Auszahlung über {amount} schlug fehl",
        "Ihre Auszahlung wurde nicht gezahlt. Das Geld ist sicher: Sehen Sie nach, was möglich ist.",
    ),
    "payout.kept": (
        "{amount} bleiben in Ihrem Guthaben",
        "Ihre Auszahlung wurde nicht gesendet; das Geld ist in Ihrem Guthaben.",
    ),
    "deposit.credited": ("{amount} sind eingegangen", "Ihre Einzahlung ist in Ihrem Guthaben."),
    "deposit.lost": (
        "Eine Einzahlung über {amount} wurde zurückgeholt",
        "Wer sie eingezahlt hat, hat sie zurückgeholt.",
    ),
}

SMS = {
    "auth.code": "{code} ist Ihr Code für {brand}. Sagen Sie ihn niemandem.",
    "auth.mfa_code": "{code} ist Ihr Sicherheitscode für {brand}. Sagen Sie ihn niemandem.",
}
