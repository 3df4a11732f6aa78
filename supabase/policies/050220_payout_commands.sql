grant select on public.float_needs to authenticated;

grant execute on function
service.payouts_claim(text, integer), service.payout_record(service.command), service.payouts_expire(integer),
service.payout_destination_set(service.command), service.payout_destination_remove(service.command),
service.payout_retry(service.command), service.payout_keep(service.command)
to service_role;
