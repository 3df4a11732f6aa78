# ruff: noqa: E501 - a sentence is a line
"""Portuguese, as in Brazil: like the pages."""

WORDS = {
    "code": "Seu código: {code}",
    "open": "Continuar",
    "ignore": "Se não foi você, ignore esta mensagem: nada mudou.",
    "warn": "Se não foi você, altere sua senha agora e encerre a sessão em todos os dispositivos.",
    "fixed": "Mensagens deste tipo são enviadas a todas as pessoas envolvidas.",
    "choice": "Você pode desativar este tipo de mensagem nas suas configurações.",
}

MAIL = {
    "auth.signup": ("Confirme seu endereço", "Confirme este endereço para concluir o cadastro."),
    "auth.recovery": ("Escolha uma senha nova", "Alguém pediu uma senha nova para sua conta."),
    "auth.invite": ("Você recebeu um convite", "Você recebeu um convite para criar uma conta."),
    "auth.magiclink": ("Entrar", "Siga o link ou insira o código para entrar."),
    "auth.email": ("Seu código para entrar", "Insira o código para entrar."),
    "auth.email_change_current": (
        "Confirme a mudança de endereço",
        "Sua conta vai usar {new_address}. Confirme também a partir deste endereço.",
    ),
    "auth.email_change_new": (
        "Confirme seu endereço novo",
        "Confirme que sua conta passa a usar este endereço.",
    ),
    "auth.reauthentication": ("Confirme que é você", "Insira o código para continuar."),
    "auth.password_changed": ("Sua senha foi alterada", "A senha da sua conta foi alterada."),
    "auth.email_changed": (
        "Seu endereço foi alterado",
        "Sua conta agora usa outro endereço. Esta é a última mensagem para este.",
    ),
    "auth.phone_changed": (
        "Seu telefone foi alterado",
        "Sua conta agora tem outro número de telefone.",
    ),
    "auth.identity_linked": (
        "Uma forma de entrar foi adicionada",
        "A partir de agora você pode entrar com {provider}.",
    ),
    "auth.identity_unlinked": (
        "Uma forma de entrar foi removida",
        "Ninguém mais entra na sua conta com {provider}.",
    ),
    "auth.mfa_factor_enrolled": (
        "Um segundo fator foi adicionado",
        "Sua conta tem mais um segundo fator ({factor}).",
    ),
    "auth.mfa_factor_unenrolled": (
        "Um segundo fator foi removido",
        "Sua conta tem um segundo fator a menos ({factor}).",
    ),
    "security.destination": (
        "Seus dados de pagamento mudaram",
        "O destino do dinheiro pago a você foi alterado.",
    ),
    "security.new_device": (
        "Entrada a partir de um dispositivo novo",
        "Alguém entrou na sua conta a partir de um dispositivo que não conhecíamos. Se não foi você, encerre essa sessão e altere sua senha.",
    ),
    "security.erasure": (
        "Sua conta vai ser apagada",
        "Alguém pediu para apagar sua conta, com seu segundo fator. Isso será feito após 14 dias. Se não foi você, cancele na sua conta e altere sua senha.",
    ),
    "security.export": (
        "A exportação dos seus dados está pronta",
        "A exportação dos seus dados pode ser baixada na sua conta durante 7 dias, com seu segundo fator. Se não foi você que a pediu, altere sua senha.",
    ),
    "security.attempts": (
        "Tentativas erradas na sua conta",
        "Muitas senhas ou códigos errados foram tentados na sua conta. A entrada pode ficar bloqueada por algum tempo. Se não foi você, altere sua senha.",
    ),
    "security.recovery_codes": (
        "Códigos de recuperação da sua conta",
        "Códigos de recuperação da sua conta foram criados ou usados. Se não foi você, escreva logo para o suporte.",
    ),
    "security.api_key": (
        "Uma chave de API da sua conta",
        "Uma chave de API que age por você, ou por uma organização sua, foi criada, renovada ou revogada. Se não foi você, revogue-a imediatamente e altere sua senha.",
    ),
    "security.factor_reset": (
        "O segundo fator da sua conta",
        "Alguém pediu para retirar o segundo fator da sua conta, ou isso foi decidido, cancelado ou feito. Se não foi você, entre, cancele imediatamente e altere sua senha.",
    ),
    "security.webhook": (
        "Um webhook foi ligado ou desligado",
        "Um dos seus endereços de webhooks foi ligado ou desligado.",
    ),
    "account.verified": ("Sua verificação mudou", "O que está verificado sobre você mudou."),
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
        "Uma parte diz que pagou ou entregou. Verifique antes de liberar qualquer valor.",
    ),
    "trade.released": (
        "Negócio {reference}: dinheiro liberado",
        "O dinheiro do negócio foi liberado.",
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
        "Escreva sua declaração e anexe as provas a tempo: um árbitro decide com elas.",
    ),
    "trade.decided": (
        "O negócio {reference} foi decidido",
        "Um árbitro decidiu. Você pode aceitar ou recorrer.",
    ),
    "trade.frozen": (
        "O negócio {reference} parou ou continua",
        "O negócio foi suspenso, ou uma suspensão terminou.",
    ),
    "payout.sent": ("{amount} estão a caminho", "Seu pagamento saiu."),
    "payout.paid": ("{amount} foram pagos", "Seu pagamento chegou."),
    "payout.failed": (
        "Um pagamento de {amount} falhou",
        "Seu pagamento não foi feito. O dinheiro está seguro: veja o que fazer.",
    ),
    "payout.kept": (
        "{amount} ficam no seu saldo",
        "Seu pagamento não foi enviado; o dinheiro está no seu saldo.",
    ),
    "deposit.credited": ("Entraram {amount}", "Seu depósito está no seu saldo."),
    "deposit.lost": ("Um depósito de {amount} foi retirado", "Quem o pagou o retirou."),
}

SMS = {
    "auth.code": "{code} é seu código {brand}. Não o informe a ninguém.",
    "auth.mfa_code": "{code} é seu código de segurança {brand}. Não o informe a ninguém.",
}
