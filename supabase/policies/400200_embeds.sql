grant select on public.escrows to authenticated;

-- Asked as the caller: row level security and grants of what they read decide.
grant execute on function
private.named_party(uuid),
public.maker(public.p2p_orders),
public.buyer(public.p2p_trades),
public.seller(public.p2p_trades),
public.blocked(public.p2p_blocks),
public.payer(public.escrows),
public.payee(public.escrows),
public.seller(public.listings),
public.buyer(public.offers),
public.seller(public.offers),
public.buyer(public.contracts),
public.seller(public.contracts),
public.member(public.guild_members),
public.invited(public.guild_invitations),
public.payment_methods(public.p2p_trades),
public.payment_methods(public.payment_accounts),
public.trade_messages(public.p2p_trades),
public.currencies(public.escrows),
public.escrow_policies(public.escrows),
public.escrow_next_steps(public.escrows),
public.transactions(public.wallet_balances),
public.escrow_events(public.escrows)
to authenticated;
