# ruff: noqa: E501 - a sentence is a line
"""French."""

WORDS = {
    "code": "Votre code : {code}",
    "open": "Continuer",
    "ignore": "Si ce n'était pas vous, ignorez ce message : rien n'a changé.",
    "warn": "Si ce n'était pas vous, changez votre mot de passe et déconnectez tous vos appareils.",
    "fixed": "Ce type de message est envoyé à toutes les personnes concernées.",
    "choice": "Vous pouvez désactiver ce type de message dans vos réglages.",
}

MAIL = {
    "auth.signup": (
        "Confirmez votre adresse",
        "Confirmez cette adresse pour terminer votre inscription.",
    ),
    "auth.recovery": (
        "Choisissez un nouveau mot de passe",
        "Quelqu'un a demandé un nouveau mot de passe pour votre compte.",
    ),
    "auth.invite": ("Vous êtes invité", "Vous avez été invité à créer un compte."),
    "auth.magiclink": ("Connexion", "Suivez le lien ou saisissez le code pour vous connecter."),
    "auth.email": ("Votre code de connexion", "Saisissez le code pour vous connecter."),
    "auth.email_change_current": (
        "Confirmez votre changement d'adresse",
        "Votre compte va utiliser {new_address}. Confirmez-le aussi depuis cette adresse.",
    ),
    "auth.email_change_new": (
        "Confirmez votre nouvelle adresse",
        "Confirmez que votre compte utilise désormais cette adresse.",
    ),
    "auth.reauthentication": ("Confirmez que c'est bien vous", "Saisissez le code pour continuer."),
    "auth.password_changed": (
        "Votre mot de passe a été changé",
        "Le mot de passe de votre compte a été changé.",
    ),
    "auth.email_changed": (
        "Votre adresse a été changée",
        "Votre compte utilise maintenant une autre adresse. Ceci est le dernier message à celle-ci.",
    ),
    "auth.phone_changed": (
        "Votre numéro de téléphone a été changé",
        "Votre compte a maintenant un autre numéro.",
    ),
    "auth.identity_linked": (
        "Un moyen de connexion a été ajouté",
        "Vous pouvez désormais vous connecter avec {provider}.",
    ),
    "auth.identity_unlinked": (
        "Un moyen de connexion a été retiré",
        "Plus personne ne se connecte à votre compte avec {provider}.",
    ),
    "auth.mfa_factor_enrolled": (
        "Un second facteur a été ajouté",
        "Votre compte a un second facteur de plus ({factor}).",
    ),
    "auth.mfa_factor_unenrolled": (
        "Un second facteur a été retiré",
        "Votre compte a un second facteur de moins ({factor}).",
    ),
    "security.destination": (
        "Vos coordonnées de paiement ont changé",
        "L'endroit où va l'argent qui vous est versé a été changé.",
    ),
    "security.new_device": (
        "Connexion depuis un nouvel appareil",
        "Quelqu'un s'est connecté à votre compte depuis un appareil que nous ne connaissions pas. Si ce n'était pas vous, fermez cette session et changez votre mot de passe.",
    ),
    "security.erasure": (
        "Votre compte va être effacé",
        "Quelqu'un a demandé l'effacement de votre compte, avec votre second facteur. Il aura lieu après 14 jours. Si ce n'était pas vous, annulez-le dans votre compte et changez votre mot de passe.",
    ),
    "security.export": (
        "L'export de vos données est prêt",
        "L'export de vos données peut être téléchargé dans votre compte pendant 7 jours, avec votre second facteur. Si vous ne l'avez pas demandé, changez votre mot de passe.",
    ),
    "security.attempts": (
        "Tentatives erronées sur votre compte",
        "Beaucoup de mots de passe ou de codes faux ont été essayés sur votre compte. La connexion peut être bloquée un moment. Si ce n'était pas vous, changez votre mot de passe.",
    ),
    "security.recovery_codes": (
        "Codes de récupération de votre compte",
        "Des codes de récupération de votre compte ont été créés ou utilisés. Si ce n'était pas vous, écrivez tout de suite au support.",
    ),
    "security.api_key": (
        "Une clé d'API de votre compte",
        "Une clé d'API qui agit pour vous, ou pour une de vos organisations, a été créée, renouvelée ou révoquée. Si ce n'était pas vous, révoquez-la tout de suite et changez votre mot de passe.",
    ),
    "security.factor_reset": (
        "Le second facteur de votre compte",
        "On a demandé de retirer le second facteur de votre compte, ou cela a été décidé, annulé ou fait. Si vous ne le reconnaissez pas, connectez-vous, annulez tout de suite et changez votre mot de passe.",
    ),
    "security.webhook": (
        "Un webhook a été activé ou désactivé",
        "Une de vos adresses de webhooks a été activée ou désactivée.",
    ),
    "account.verified": (
        "Votre vérification a changé",
        "Ce qui est vérifié à votre sujet a changé.",
    ),
    "trade.opened": (
        "L'échange {reference} a commencé",
        "Un échange a commencé. Voyez ce qu'il faut faire, et jusqu'à quand.",
    ),
    "trade.funded": (
        "Échange {reference} : argent bloqué",
        "L'argent est arrivé et il est bloqué. L'autre partie peut maintenant remplir son engagement.",
    ),
    "trade.paid": (
        "L'échange {reference} est marqué comme exécuté",
        "Une partie dit avoir payé ou livré. Vérifiez-le vous-même avant toute libération.",
    ),
    "trade.released": (
        "Échange {reference} : argent libéré",
        "L'argent de l'échange a été libéré.",
    ),
    "trade.refunded": ("Échange {reference} : argent rendu", "L'argent de l'échange a été rendu."),
    "trade.cancelled": (
        "L'échange {reference} a été annulé",
        "L'échange a pris fin avant que de l'argent soit bloqué.",
    ),
    "trade.split_offered": (
        "Échange {reference} : offre de partage",
        "Une partie propose de partager l'argent. Acceptez ou non.",
    ),
    "trade.disputed": (
        "L'échange {reference} est en litige",
        "Écrivez votre déclaration et ajoutez vos preuves à temps : un arbitre décide d'après elles.",
    ),
    "trade.decided": (
        "L'échange {reference} a été tranché",
        "Un arbitre a décidé. Vous pouvez accepter ou faire appel.",
    ),
    "trade.frozen": (
        "L'échange {reference} est suspendu ou reprend",
        "L'échange a été suspendu, ou une suspension a pris fin.",
    ),
    "payout.sent": ("{amount} sont en route", "Votre versement est parti."),
    "payout.paid": ("{amount} ont été versés", "Votre versement est arrivé."),
    "payout.failed": (
        "Un versement de {amount} a échoué",
        "Votre versement n'a pas été fait. L'argent est en sécurité : voyez quoi faire.",
    ),
    "payout.kept": (
        "{amount} restent dans votre solde",
        "Votre versement n'a pas été envoyé ; l'argent est dans votre solde.",
    ),
    "deposit.credited": ("{amount} sont arrivés", "Votre dépôt est dans votre solde."),
    "deposit.lost": ("Un dépôt de {amount} a été repris", "La personne qui l'a versé l'a repris."),
}

SMS = {
    "auth.code": "{code} est votre code {brand}. Ne le dites à personne.",
    "auth.mfa_code": "{code} est votre code de sécurité {brand}. Ne le dites à personne.",
}
