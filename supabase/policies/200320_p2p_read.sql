grant execute on function public.order_snapshot(uuid, text, text), private.order_before_take(uuid) to authenticated;
