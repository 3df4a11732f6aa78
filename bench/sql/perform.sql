\set ticket :turn * :clients + :client_id
\set turn :turn + 1
select service.escrow_commit(perform::jsonb) from bench.tickets where n = :ticket;
