grant execute on function private.seen_refresh_tokens() to authenticated;
grant select on public.refresh_tokens to authenticated;
