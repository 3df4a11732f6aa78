"""Lists that are longer than an answer."""

import httpx

from stack.stack import Stack


def test_security_an_answer_has_a_thousand_rows_at_most(stack: Stack) -> None:
    """Whoever asks for everything gets a part, and is told so; the rest comes page by page."""
    with stack.connect() as owner:
        owner.execute(
            "insert into public.price_history (cryptocurrency, fiat_currency, as_of, source, "
            "price, outcome, fetched_at) select 'BTC', 'USD', now() - n * interval '1 second', "
            "'long_list', 1, 'outlier', now() from generate_series(1, 1001) as n"
        )
    path = f"{stack.url}/rest/v1/price_history?select=as_of&source=eq.long_list&order=as_of"
    headers = {"apikey": stack.anon_key, "Prefer": "count=exact"}
    headers["Authorization"] = f"Bearer {stack.token(stack.create_user())}"
    first = httpx.get(path, headers=headers, timeout=60)
    assert len(first.json()) == 1000
    assert first.headers["content-range"] == "0-999/1001"
    rest = httpx.get(f"{path}&offset=1000", headers=headers, timeout=60)
    assert len(rest.json()) == 1
