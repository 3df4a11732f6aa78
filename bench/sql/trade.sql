\set maker random(1, :people)
\set taker random(1, :people)
select
    service.order_take(jsonb_build_object(
        'order_id', m.order_id, 'actor_id', t.user_id, 'amount', '0.01', 'expected_price', '50000',
        'idempotency_key', gen_random_uuid(), 'request_hash', 'h'
    )) ->> 'trade_id' as trade_id,
    m.user_id as maker_id, t.user_id as taker_id
from bench.makers as m, bench.takers as t where m.n = :maker and t.n = :taker \gset
select service.escrow_commit(jsonb_build_object(
    'escrow_id', :trade_id::text, 'expected_version', 1, 'event', 'perform', 'actor_kind', 'user',
    'actor_id', :taker_id::text, 'aal', 'aal1', 'idempotency_key', gen_random_uuid(), 'request_hash', 'h',
    'deadline_at', now() + interval '24 hours', 'expires_at', now() + interval '24 hours'
));
select service.escrow_commit(jsonb_build_object(
    'escrow_id', :trade_id::text, 'expected_version', 2, 'event', 'accept', 'actor_kind', 'user',
    'actor_id', :maker_id::text, 'aal', 'aal2', 'idempotency_key', gen_random_uuid(), 'request_hash', 'h',
    'payer_amount', '0', 'payee_amount', '0.00995', 'fee_amount', '0.00005',
    'payload', '{"payer_name_matches": true}'::jsonb
));
