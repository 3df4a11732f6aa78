\set taker random(1, :people)
select service.order_take(jsonb_build_object(
    'order_id', m.order_id, 'actor_id', t.user_id, 'amount', '0.01', 'expected_price', '50000',
    'idempotency_key', gen_random_uuid(), 'request_hash', 'h'
))
from bench.makers as m, bench.takers as t where m.n = 1 and t.n = :taker;
