# ruff: noqa: E501 - a sentence is a line
"""Portuguese."""

WORDS = {
    "code": "O seu código: {code}",
    "open": "Continuar",
    "ignore": "Se não foi você, ignore esta mensagem: nada mudou.",
    "warn": "Se não foi você, mude a sua senha agora e termine a sessão em todos os dispositivos.",
    "fixed": "Mensagens deste tipo são enviadas a todas as pessoas envolvidas.",
    "choice": "Pode desativar este tipo de mensagem nas suas definições.",
}

MAIL = {
    "auth.signup": ("Confirme o seu endereço", "Confirme este endereço para concluir o registo."),
    "auth.recovery": ("Escolha uma senha nova", "Alguém pediu uma senha nova para a sua conta."),
    "auth.invite": ("Recebeu um convite", "Foi convidado a criar uma conta."),
    "auth.magiclink": ("Entrar", "Siga a ligação ou introduza o código para entrar."),
    "auth.email": ("O seu código para entrar", "Introduza o código para entrar."),
    "auth.email_change_current": (
        "Confirme a mudança de endereço",
        "A sua conta vai usar {new_address}. Confirme também a partir deste endereço.",
    ),
    "auth.email_change_new": (
        "Confirme o seu endereço novo",
        "Confirme que a sua conta passa a usar este endereço.",
    ),
    "auth.reauthentication": ("Confirme que é você", "Introduza o código para continuar."),
    "auth.password_changed": ("A sua senha foi alterada", "A senha da sua conta foi alterada."),
    "auth.email_changed": (
        "O seu endereço foi alterado",
        "A sua conta usa agora outro endereço. Esta é a última mensagem para este.",
    ),
    "auth.phone_changed": (
        "O seu telefone foi alterado",
        "A sua conta tem agora outro número de telefone.",
    ),
    "auth.identity_linked": (
        "Foi adicionada uma forma de entrar",
        "A partir de agora pode entrar com {provider}.",
    ),
    "auth.identity_unlinked": (
        "Foi removida uma forma de entrar",
        "Já ninguém entra na sua conta com {provider}.",
    ),
    "auth.mfa_factor_enrolled": (
        "Foi adicionado um segundo fator",
        "A sua conta tem mais um segundo fator ({factor}).",
    ),
    "auth.mfa_factor_unenrolled": (
        "Foi removido um segundo fator",
        "A sua conta tem menos um segundo fator ({factor}).",
    ),
    "security.destination": (
        "Os seus dados de pagamento mudaram",
        "Foi alterado o destino do dinheiro que lhe é pago.",
    ),
    "security.new_device": (
        "Início de sessão num dispositivo novo",
        "Alguém entrou na sua conta a partir de um dispositivo que não conhecíamos. Se não foi você, encerre essa sessão e mude a sua senha.",
    ),
    "security.erasure": (
        "A sua conta vai ser apagada",
        "Alguém pediu para apagar a sua conta, com o seu segundo fator. Será feito após 14 dias. Se não foi você, cancele na sua conta e mude a palavra-passe.",
    ),
    "security.export": (
        "A exportação dos seus dados está pronta",
        "A exportação dos seus dados pode ser baixada na sua conta durante 7 dias, com o seu segundo fator. Se não foi você que a pediu, mude a sua senha.",
    ),
    "security.attempts": (
        "Tentativas erradas na sua conta",
        "Muitas senhas ou códigos errados foram tentados na sua conta. A entrada pode ficar bloqueada por algum tempo. Se não foi você, mude a sua senha.",
    ),
    "security.recovery_codes": (
        "Códigos de recuperação da sua conta",
        "Códigos de recuperação da sua conta foram criados ou usados. Se não foi você, escreva logo ao suporte.",
    ),
    "security.factor_reset": (
        "O segundo fator da sua conta",
        "Alguém pediu para retirar o segundo fator da sua conta, ou isso foi decidido, cancelado ou feito. Se não foi você, entre, cancele imediatamente e mude a sua senha.",
    ),
    "security.webhook": (
        "Um webhook foi ligado ou desligado",
        "Um dos seus endereços de webhooks foi ligado ou desligado.",
    ),
    "account.verified": ("A sua verificação mudou", "Mudou o que está verificado sobre você."),
    "trade.opened": (
        "O negócio {reference} começou",
        "Um negócio começou. Veja o que fazer e até quando.",
    ),
    "trade.funded": (
        "Negócio {reference}: dinheiro retido",
        "O dinheiro chegou e está retido. A outra parte já pode cumprir.",
    ),
    "trade.paid": (
        "O negócio {reference} foi marcado como cumprido",
        "Uma parte diz que pagou ou entregou. Verifique antes de libertar qualquer valor.",
    ),
    "trade.released": (
        "Negócio {reference}: dinheiro libertado",
        "O dinheiro do negócio foi libertado.",
    ),
    "trade.refunded": (
        "Negócio {reference}: dinheiro devolvido",
        "O dinheiro do negócio foi devolvido.",
    ),
    "trade.cancelled": (
        "O negócio {reference} foi cancelado",
        "O negócio terminou antes de haver dinheiro retido.",
    ),
    "trade.split_offered": (
        "Negócio {reference}: proposta de divisão",
        "Uma parte propõe dividir o dinheiro. Aceite ou não.",
    ),
    "trade.disputed": (
        "O negócio {reference} está em disputa",
        "Escreva a sua declaração e junte as provas a tempo: um árbitro decide com elas.",
    ),
    "trade.decided": (
        "O negócio {reference} foi decidido",
        "Um árbitro decidiu. Pode aceitar ou recorrer.",
    ),
    "trade.frozen": (
        "O negócio {reference} parou ou continua",
        "O negócio foi suspenso, ou uma suspensão terminou.",
    ),
    "payout.sent": ("{amount} estão a caminho", "O seu pagamento saiu."),
    "payout.paid": ("{amount} foram pagos", "O seu pagamento chegou."),
    "payout.failed": (
        "Falhou um pagamento de {amount}",
        "O seu pagamento não foi feito. O dinheiro está seguro: veja o que fazer.",
    ),
    "payout.kept": (
        "{amount} ficam no seu saldo",
        "O seu pagamento não foi enviado; o dinheiro está no seu saldo.",
    ),
    "deposit.credited": ("Entraram {amount}", "O seu depósito está no seu saldo."),
    "deposit.lost": ("Um depósito de {amount} foi retirado", "Quem o pagou retirou-o."),
}

SMS = {
    "auth.code": "{code} é o seu código {brand}. Não o diga a ninguém.",
    "auth.mfa_code": "{code} é o seu código de segurança {brand}. Não o diga a ninguém.",
}
