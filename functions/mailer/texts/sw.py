# ruff: noqa: E501 - a sentence is a line
"""Swahili."""

WORDS = {
    "code": "Msimbo wako: {code}",
    "open": "Endelea",
    "ignore": "Kama si wewe, puuza ujumbe huu: hakuna kilichobadilika.",
    "warn": "Kama si wewe, badilisha nenosiri lako sasa na uondoke kwenye vifaa vyote.",
    "fixed": "Ujumbe wa aina hii hutumwa kwa wote wanaohusika.",
    "choice": "Unaweza kuzima aina hii ya ujumbe kwenye mipangilio yako.",
}

MAIL = {
    "auth.signup": ("Thibitisha anwani yako", "Thibitisha anwani hii ili ukamilishe kujisajili."),
    "auth.recovery": ("Chagua nenosiri jipya", "Mtu ameomba nenosiri jipya la akaunti yako."),
    "auth.invite": ("Umealikwa", "Umealikwa kufungua akaunti."),
    "auth.magiclink": ("Ingia", "Fuata kiungo au weka msimbo ili uingie."),
    "auth.email": ("Msimbo wako wa kuingia", "Weka msimbo ili uingie."),
    "auth.email_change_current": (
        "Thibitisha mabadiliko ya anwani",
        "Akaunti yako itatumia {new_address}. Thibitisha pia kutoka anwani hii.",
    ),
    "auth.email_change_new": (
        "Thibitisha anwani yako mpya",
        "Thibitisha kwamba akaunti yako inatumia anwani hii kuanzia sasa.",
    ),
    "auth.reauthentication": ("Thibitisha kuwa ni wewe", "Weka msimbo ili uendelee."),
    "auth.password_changed": (
        "Nenosiri lako limebadilishwa",
        "Nenosiri la akaunti yako limebadilishwa.",
    ),
    "auth.email_changed": (
        "Anwani yako imebadilishwa",
        "Akaunti yako sasa inatumia anwani nyingine. Huu ni ujumbe wa mwisho kwa anwani hii.",
    ),
    "auth.phone_changed": (
        "Nambari yako ya simu imebadilishwa",
        "Akaunti yako sasa ina nambari nyingine ya simu.",
    ),
    "auth.identity_linked": (
        "Njia ya kuingia imeongezwa",
        "Kuanzia sasa unaweza kuingia kwa {provider}.",
    ),
    "auth.identity_unlinked": (
        "Njia ya kuingia imeondolewa",
        "Hakuna anayeingia tena kwenye akaunti yako kwa {provider}.",
    ),
    "auth.mfa_factor_enrolled": (
        "Kipengele cha pili kimeongezwa",
        "Akaunti yako imeongezewa kipengele cha pili cha usalama ({factor}).",
    ),
    "auth.mfa_factor_unenrolled": (
        "Kipengele cha pili kimeondolewa",
        "Kipengele cha pili cha usalama kimeondolewa kwenye akaunti yako ({factor}).",
    ),
    "security.destination": (
        "Maelezo yako ya malipo yamebadilishwa",
        "Mahali pesa unazolipwa zinapokwenda pamebadilishwa.",
    ),
    "security.new_device": (
        "Kuingia kutoka kifaa kipya",
        "Mtu ameingia kwenye akaunti yako kutoka kifaa ambacho hatukukijua. Kama si wewe, maliza kipindi hicho na ubadilishe nenosiri lako.",
    ),
    "security.erasure": (
        "Akaunti yako itafutwa",
        "Mtu ameomba kufuta akaunti yako, kwa kipengele chako cha pili. Itafanyika baada ya siku 14. Kama si wewe, ghairi katika akaunti yako na ubadilishe nenosiri lako.",
    ),
    "security.export": (
        "Nakala ya data yako iko tayari",
        "Nakala ya data yako inaweza kupakuliwa katika akaunti yako kwa siku 7, kwa kipengele chako cha pili. Kama si wewe uliyeiomba, badilisha nenosiri lako.",
    ),
    "security.attempts": (
        "Majaribio yasiyo sahihi kwenye akaunti yako",
        "Nenosiri au misimbo isiyo sahihi imejaribiwa mara nyingi kwenye akaunti yako. Kuingia kunaweza kufungwa kwa muda. Kama si wewe, badilisha nenosiri lako.",
    ),
    "security.recovery_codes": (
        "Misimbo ya urejeshaji ya akaunti yako",
        "Misimbo ya urejeshaji ya akaunti yako imetengenezwa au kutumika. Kama si wewe, andika kwa usaidizi mara moja.",
    ),
    "security.api_key": (
        "Ufunguo wa API wa akaunti yako",
        "Ufunguo wa API unaotenda kwa niaba yako, au ya shirika lako, umetengenezwa, umebadilishwa au umebatilishwa. Kama si wewe, ubatilishe mara moja na ubadilishe nenosiri lako.",
    ),
    "security.factor_reset": (
        "Kipengele cha pili cha akaunti yako",
        "Mtu ameomba kuondoa kipengele cha pili kwenye akaunti yako, au hilo limeamuliwa, limefutwa au limefanyika. Kama si wewe, ingia, lifute mara moja na ubadilishe nenosiri lako.",
    ),
    "security.webhook": (
        "Anwani ya webhook imewashwa au kuzimwa",
        "Mojawapo ya anwani zako za webhook imewashwa au kuzimwa.",
    ),
    "account.verified": (
        "Uthibitisho wako umebadilika",
        "Kilichothibitishwa kukuhusu kimebadilika.",
    ),
    "trade.opened": (
        "Biashara {reference} imeanza",
        "Biashara imeanza. Angalia cha kufanya na hadi lini.",
    ),
    "trade.funded": (
        "Biashara {reference}: pesa zimeshikiliwa",
        "Pesa zimefika na zimeshikiliwa. Upande mwingine unaweza kutimiza wajibu wake.",
    ),
    "trade.paid": (
        "Biashara {reference} imewekwa alama kuwa imetimizwa",
        "Upande mmoja unasema umelipa au umewasilisha. Hakikisha mwenyewe kabla ya kuachilia chochote.",
    ),
    "trade.released": ("Biashara {reference}: pesa zimeachiliwa", "Pesa za biashara zimeachiliwa."),
    "trade.refunded": ("Biashara {reference}: pesa zimerudishwa", "Pesa za biashara zimerudishwa."),
    "trade.cancelled": (
        "Biashara {reference} imeghairiwa",
        "Biashara imeisha kabla ya pesa kushikiliwa.",
    ),
    "trade.split_offered": (
        "Biashara {reference}: pendekezo la kugawana",
        "Upande mmoja unapendekeza kugawana pesa. Kubali au acha.",
    ),
    "trade.disputed": (
        "Biashara {reference} ina mgogoro",
        "Andika maelezo yako na uongeze ushahidi kwa wakati: msuluhishi ataamua kwa hayo.",
    ),
    "trade.decided": (
        "Biashara {reference} imeamuliwa",
        "Msuluhishi ameamua. Unaweza kukubali au kukata rufaa.",
    ),
    "trade.frozen": (
        "Biashara {reference} imesimama au inaendelea",
        "Biashara imesimamishwa kwa muda, au usimamishaji umeisha.",
    ),
    "payout.sent": ("{amount} ziko njiani", "Malipo yako yametumwa."),
    "payout.paid": ("{amount} zimelipwa", "Malipo yako yamefika."),
    "payout.failed": (
        "Malipo ya {amount} yameshindikana",
        "Malipo yako hayakufanyika. Pesa ziko salama: angalia kinachoweza kufanyika.",
    ),
    "payout.kept": (
        "{amount} zinabaki kwenye salio lako",
        "Malipo hayakutumwa; pesa ziko kwenye salio lako.",
    ),
    "deposit.credited": ("{amount} zimeingia", "Amana yako iko kwenye salio lako."),
    "deposit.lost": ("Amana ya {amount} imerudishwa nyuma", "Aliyeilipa ameichukua tena."),
}

SMS = {
    "auth.code": "{code} ni msimbo wako wa {brand}. Usimwambie mtu yeyote.",
    "auth.mfa_code": "{code} ni msimbo wako wa usalama wa {brand}. Usimwambie mtu yeyote.",
}
