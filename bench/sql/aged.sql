-- As superuser with triggers off: makes open trades due, as if their time had passed.
update private.escrow_transactions
set
    deadline_at = private.clock() - interval '20 minutes',
    expires_at = private.clock() - interval '10 minutes'
where state = 'funded' and id in (select id from public.p2p_trades where status = 'pending_payment');
