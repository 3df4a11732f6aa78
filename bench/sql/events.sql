-- Events as trades tell them: each of so many people, one after the other in the list of all.
insert into private.outbox (event, object_type, object_id, sequence, parties, payload, created_at)
select
    'escrow.perform', 'escrow', gen_random_uuid(), 2,
    array(select p.ids[1 + (row.n + other) %% cardinality(p.ids)] from generate_series(1, %(concerned)s) as other),
    '{"state": "performed", "product": "p2p", "policy_id": "p2p_crypto", "amount": "0.01", "currency": "BTC"}', now()
from generate_series(1, %(events)s) as row (n), (select %(people)s::uuid[] as ids) as p;
