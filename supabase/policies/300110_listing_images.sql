grant select on public.image_uploads, public.images to authenticated;
create policy image_uploads_select_own on public.image_uploads for select to authenticated
using (party_id = any(array(select private.my_parties())));

create policy images_select_own on public.images for select to authenticated
using (party_id = any(array(select private.my_parties())));

grant execute on function public.announced_image(uuid, text) to authenticated;

grant execute on function service.image_announce(service.command), service.image_hand_in(service.command)
to service_role;
