grant execute on function private.limits_of(uuid, timestamptz) to authenticated;
