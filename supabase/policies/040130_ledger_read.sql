grant execute on function private.rolled_to(uuid), public.wallet_balance_as_of(uuid, timestamptz) to authenticated;

grant select on public.wallet_balances, public.transactions to authenticated;
