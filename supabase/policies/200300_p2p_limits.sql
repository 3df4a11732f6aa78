grant execute on function
public.my_limits(), private.order_limits_of(uuid), private.p2p_limit_uses(uuid, timestamptz),
private.p2p_open_uses(uuid)
to authenticated;
