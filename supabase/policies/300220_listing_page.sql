grant execute on function
public.listing_page(text, text, text, public.money_amount, public.money_amount, boolean, uuid, integer),
private.listing_page(text, text, text, numeric, numeric, boolean, uuid, integer)
to anon, authenticated;
