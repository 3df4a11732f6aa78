grant execute on function
private.limit_uses(uuid, timestamptz), private.open_uses(uuid), private.organisation_tier(uuid)
to authenticated;
