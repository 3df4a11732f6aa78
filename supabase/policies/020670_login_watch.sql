-- They ask as their reader: who is no operator finds the own rows.
grant select on public.failed_logins, public.password_sprays, public.lockouts, public.hook_losses to authenticated;
grant execute on function private.uuid_v7_floor(timestamptz) to authenticated;
