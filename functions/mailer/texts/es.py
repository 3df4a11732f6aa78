# ruff: noqa: E501 - a sentence is a line
"""Spanish."""

WORDS = {
    "code": "Tu código: {code}",
    "open": "Continuar",
    "ignore": "Si no fuiste tú, ignora este mensaje: nada ha cambiado.",
    "warn": "Si no fuiste tú, cambia tu contraseña ahora y cierra sesión en todos los dispositivos.",
    "fixed": "Los mensajes de este tipo se envían a todas las personas afectadas.",
    "choice": "Puedes desactivar este tipo de mensaje en tus ajustes.",
}

MAIL = {
    "auth.signup": ("Confirma tu dirección", "Confirma esta dirección para completar el registro."),
    "auth.recovery": (
        "Elige una contraseña nueva",
        "Alguien ha pedido una contraseña nueva para tu cuenta.",
    ),
    "auth.invite": ("Tienes una invitación", "Te han invitado a crear una cuenta."),
    "auth.magiclink": (
        "Iniciar sesión",
        "Sigue el enlace o introduce el código para iniciar sesión.",
    ),
    "auth.email": ("Tu código para iniciar sesión", "Introduce el código para iniciar sesión."),
    "auth.email_change_current": (
        "Confirma el cambio de dirección",
        "Tu cuenta va a usar {new_address}. Confírmalo también desde esta dirección.",
    ),
    "auth.email_change_new": (
        "Confirma tu dirección nueva",
        "Confirma que tu cuenta usará esta dirección a partir de ahora.",
    ),
    "auth.reauthentication": ("Confirma que eres tú", "Introduce el código para continuar."),
    "auth.password_changed": (
        "Se cambió tu contraseña",
        "La contraseña de tu cuenta se ha cambiado.",
    ),
    "auth.email_changed": (
        "Se cambió tu dirección",
        "Tu cuenta usa ahora otra dirección. Este es el último mensaje a esta.",
    ),
    "auth.phone_changed": (
        "Se cambió tu teléfono",
        "Tu cuenta tiene ahora otro número de teléfono.",
    ),
    "auth.identity_linked": (
        "Se añadió una forma de iniciar sesión",
        "Desde ahora puedes iniciar sesión con {provider}.",
    ),
    "auth.identity_unlinked": (
        "Se quitó una forma de iniciar sesión",
        "Ya nadie inicia sesión en tu cuenta con {provider}.",
    ),
    "auth.mfa_factor_enrolled": (
        "Se añadió un segundo factor",
        "Tu cuenta tiene un segundo factor más ({factor}).",
    ),
    "auth.mfa_factor_unenrolled": (
        "Se quitó un segundo factor",
        "Tu cuenta tiene un segundo factor menos ({factor}).",
    ),
    "security.destination": (
        "Se cambiaron tus datos de pago",
        "Ha cambiado adónde va el dinero que se te paga.",
    ),
    "security.new_device": (
        "Inicio de sesión desde un dispositivo nuevo",
        "Alguien entró en tu cuenta desde un dispositivo que no conocíamos. Si no fuiste tú, cierra esa sesión y cambia tu contraseña.",
    ),
    "security.erasure": (
        "Tu cuenta se va a borrar",
        "Alguien pidió borrar tu cuenta, con tu segundo factor. Se hará después de 14 días. Si no fuiste tú, cancélalo en tu cuenta y cambia tu contraseña.",
    ),
    "security.export": (
        "La exportación de tus datos está lista",
        "La exportación de tus datos se puede descargar en tu cuenta durante 7 días, con tu segundo factor. Si no la pediste tú, cambia tu contraseña.",
    ),
    "security.attempts": (
        "Intentos fallidos en tu cuenta",
        "Se probaron muchas contraseñas o códigos incorrectos en tu cuenta. El acceso puede estar bloqueado un tiempo. Si no fuiste tú, cambia tu contraseña.",
    ),
    "security.recovery_codes": (
        "Códigos de recuperación de tu cuenta",
        "Se crearon o se usaron códigos de recuperación de tu cuenta. Si no fuiste tú, escribe enseguida a soporte.",
    ),
    "security.api_key": (
        "Una clave de API de tu cuenta",
        "Se creó, se renovó o se revocó una clave de API que actúa por ti o por una organización tuya. Si no fuiste tú, revócala de inmediato y cambia tu contraseña.",
    ),
    "security.factor_reset": (
        "El segundo factor de tu cuenta",
        "Alguien pidió quitar el segundo factor de tu cuenta, o eso se decidió, se canceló o se hizo. Si no fuiste tú, inicia sesión, cancélalo de inmediato y cambia tu contraseña.",
    ),
    "security.webhook": (
        "Se activó o desactivó un webhook",
        "Una de tus direcciones para webhooks se activó o se desactivó.",
    ),
    "account.verified": (
        "Tu verificación ha cambiado",
        "Ha cambiado lo que está verificado sobre ti.",
    ),
    "trade.opened": (
        "La operación {reference} ha empezado",
        "Ha empezado una operación. Mira qué hay que hacer y hasta cuándo.",
    ),
    "trade.funded": (
        "Operación {reference}: dinero retenido",
        "El dinero ha llegado y está retenido. La otra parte ya puede cumplir.",
    ),
    "trade.paid": (
        "La operación {reference} está marcada como cumplida",
        "Una parte dice que ha pagado o entregado. Compruébalo antes de liberar nada.",
    ),
    "trade.released": (
        "Operación {reference}: dinero liberado",
        "Se liberó el dinero de la operación.",
    ),
    "trade.refunded": (
        "Operación {reference}: dinero devuelto",
        "El dinero de la operación fue devuelto.",
    ),
    "trade.cancelled": (
        "La operación {reference} se canceló",
        "La operación terminó antes de retener dinero.",
    ),
    "trade.split_offered": (
        "Operación {reference}: oferta de reparto",
        "Una parte propone repartir el dinero. Acéptalo o recházalo.",
    ),
    "trade.disputed": (
        "La operación {reference} está en disputa",
        "Escribe tu declaración y añade tus pruebas a tiempo: un árbitro decide con ellas.",
    ),
    "trade.decided": (
        "La operación {reference} fue decidida",
        "Un árbitro ha decidido. Puedes aceptar o apelar.",
    ),
    "trade.frozen": (
        "La operación {reference} se detiene o sigue",
        "La operación quedó en espera, o terminó una espera.",
    ),
    "payout.sent": ("{amount} están en camino", "Tu pago ha salido."),
    "payout.paid": ("Se pagaron {amount}", "Tu pago ha llegado."),
    "payout.failed": (
        "Falló un pago de {amount}",
        "Tu pago no se hizo. El dinero está a salvo: mira qué se puede hacer.",
    ),
    "payout.kept": (
        "{amount} quedan en tu saldo",
        "Tu pago no se envió; el dinero está en tu saldo.",
    ),
    "deposit.credited": ("Entraron {amount}", "Tu depósito está en tu saldo."),
    "deposit.lost": ("Se retiró un depósito de {amount}", "Quien lo pagó lo ha recuperado."),
}

SMS = {
    "auth.code": "{code} es tu código de {brand}. No se lo digas a nadie.",
    "auth.mfa_code": "{code} es tu código de seguridad de {brand}. No se lo digas a nadie.",
}
