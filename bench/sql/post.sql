\set payer random(1, :people)
\set payee :people + random(1, :people)
select ledger.post(
    array[row(t.id, 'bench', 'bench', null, '', null, null)::ledger.new_transfer],
    array[
        row(t.id, a.wallet_id, 'available', -0.01, null, null)::ledger.new_entry,
        row(t.id, b.wallet_id, 'available', 0.01, null, null)::ledger.new_entry
    ],
    private.clock()
)
from bench.wallets as a, bench.wallets as b, (select private.uuid_v7(private.clock()) as id) as t
where a.n = :payer and b.n = :payee;
