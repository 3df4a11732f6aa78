-- Whoever sees an escrow sees what happens next on it, and what has happened.
grant select on public.escrow_next_steps to authenticated;

grant execute on function private.next_step_of(uuid) to authenticated;
