grant execute on function
private.my_disputed_escrows(), private.escrows_of_my_disputes(), private.escrow_snapshot_of(uuid),
public.escrow_snapshot(uuid, text, text)
to authenticated;

grant execute on function service.escrow_due(integer) to service_role;

grant execute on function
private.my_disputed_escrows(), private.escrow_snapshot_of(uuid), public.escrow_snapshot(uuid, text, text)
to api_key;
