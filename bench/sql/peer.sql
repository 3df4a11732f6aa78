\set payer random(1, :people)
\set payee :people + random(1, :people)
select * from pgledger_create_transfer(
    (select id from bench_accounts where n = :payer), (select id from bench_accounts where n = :payee), 0.01
);
