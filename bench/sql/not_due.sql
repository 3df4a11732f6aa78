-- As superuser with triggers off: escrows without money, which a sweep must not even see.
insert into private.escrow_transactions (
    id, product, policy_id, payer_id, payee_id, currency, amount, fee_bps, perform_within, accept_within, state,
    deadline_at, expires_at, last_event, last_actor_role, created_at, updated_at
)
select
    gen_random_uuid(), 'p2p', 'p2p_crypto', m.user_id, t.user_id, 'BTC', 0.01, 50, interval '30 minutes', interval '24 hours', 'funded',
    now() + interval '1 day', now() + interval '1 day' + row.n * interval '1 second', 'take', 'payee', now(), now()
from generate_series(1, %(rows)s) as row (n)
join bench.makers as m on m.n = 1 + row.n %% %(people)s
join bench.takers as t on t.n = 1 + row.n %% %(people)s;
