grant execute on function private.rolled_to(uuid), public.wallet_balance_as_of(uuid, timestamptz) to authenticated;

grant select on public.wallet_balances, public.transactions to authenticated;

grant execute on function private.rolled_to(uuid) to api_key;
select private.open_to_keys('public.wallet_balances', 'wallets:read');
select private.open_to_keys('public.transactions', 'wallets:read');
