grant select on public.transaction_fees to authenticated;
