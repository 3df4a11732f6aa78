grant execute on function public.my_standing(), private.my_standing(), private.may_write(text, uuid) to authenticated;
