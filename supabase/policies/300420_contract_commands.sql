grant execute on function
private.contract_limit_uses(uuid, timestamptz), private.open_contracts(uuid),
public.contract_snapshot(uuid, text, text)
to authenticated;

grant execute on function service.contract_commit(service.command, service.command) to service_role;
