-- How bank money travels outside Holdfast: a catalogue, not free text.

create table public.payment_methods (
    id text primary key check (id ~ '^[a-z][a-z0-9_]{1,39}$'),
    name text not null check (length(name) between 1 and 80),
    fields jsonb not null check (jsonb_typeof(fields) = 'array'),
    pay_within interval not null,
    pay_within_min interval not null,
    accept_within interval not null,
    risk public.payment_risk not null,
    trade_limit public.money_amount,
    account_wait interval not null default '24 hours' check (account_wait between '0' and '30 days'),
    is_active boolean not null default true,
    constraint payment_methods_windows check (
        '15 minutes' <= pay_within_min and pay_within_min <= pay_within and pay_within <= '72 hours'
        and accept_within between '30 minutes' and '72 hours'
    )
);
alter table public.payment_methods enable row level security;
select private.make_audited('public.payment_methods');
select private.make_setting('public.payment_methods',
'How long a payment may take, what it may be worth, and whether it is offered.', '{
    "pay_within": {"least": "15 minutes", "most": "72 hours"},
    "pay_within_min": {"least": "15 minutes", "most": "72 hours"},
    "accept_within": {"least": "30 minutes", "most": "72 hours"},
    "trade_limit": {"least": "0", "most": "100000000", "second": true},
    "account_wait": {"least": "0", "most": "30 days", "second": true}, "risk": {"second": true}, "is_active": {}
}');
-- As currencies: named by orders and trades without a foreign key, so never deleted.
create trigger _000_never_deleted before delete or truncate on public.payment_methods
for each statement execute function private.tg__append_only();
comment on table public.payment_methods is
'Typed catalogue of payment methods: what an account of this kind consists of, how long a payment takes, how far it is trusted.';
comment on column public.payment_methods.id is 'Name in orders and trades.';
comment on column public.payment_methods.name is 'Name shown to people.';
comment on column public.payment_methods.is_active is 'Whether new orders may name it; what exists goes on.';
comment on column public.payment_methods.fields is
'Fields of an account: [{name, label, pattern, required}]; pattern is a POSIX regular expression for the whole value.';
comment on column public.payment_methods.pay_within is 'Time a buyer has to pay where the order names none.';
comment on column public.payment_methods.pay_within_min is 'Shortest time an order may give a buyer.';
comment on column public.payment_methods.accept_within is 'Time a seller has to confirm: an hour for instant methods.';
comment on column public.payment_methods.risk is 'How easily a payment is taken back by its sender.';
comment on column public.payment_methods.account_wait is
'How long a changed account, or another one of the same owner, waits before new trades are given it.';
comment on column public.payment_methods.trade_limit is 'Most that one trade may be worth, in the reference currency; null: only the limits of the tiers.';

-- Rows of a table read best one line each.
-- noqa: disable=LT05
insert into public.payment_methods (id, name, fields, pay_within, pay_within_min, accept_within, risk, trade_limit) values
('sepa', 'SEPA transfer', '[{"name": "holder", "label": "Account holder", "pattern": ".{2,140}", "required": true}, {"name": "iban", "label": "IBAN", "pattern": "[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", "required": true}]', '30 minutes', '15 minutes', '24 hours', 'low', null),
('sepa_instant', 'SEPA Instant', '[{"name": "holder", "label": "Account holder", "pattern": ".{2,140}", "required": true}, {"name": "iban", "label": "IBAN", "pattern": "[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", "required": true}]', '15 minutes', '15 minutes', '1 hour', 'low', null),
('bank_transfer', 'Bank transfer', '[{"name": "holder", "label": "Account holder", "pattern": ".{2,140}", "required": true}, {"name": "account", "label": "Account number", "pattern": "[A-Za-z0-9 -]{4,40}", "required": true}, {"name": "bank", "label": "Bank", "pattern": ".{2,100}", "required": true}, {"name": "swift", "label": "BIC", "pattern": "[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?", "required": false}]', '24 hours', '1 hour', '24 hours', 'low', null),
('faster_payments', 'Faster Payments', '[{"name": "holder", "label": "Account holder", "pattern": ".{2,140}", "required": true}, {"name": "sort_code", "label": "Sort code", "pattern": "[0-9]{2}-?[0-9]{2}-?[0-9]{2}", "required": true}, {"name": "account", "label": "Account number", "pattern": "[0-9]{8}", "required": true}]', '15 minutes', '15 minutes', '1 hour', 'low', null),
('wise', 'Wise', '[{"name": "holder", "label": "Account holder", "pattern": ".{2,140}", "required": true}, {"name": "email", "label": "E-mail address", "pattern": "[^@ ]+@[^@ ]+", "required": true}]', '30 minutes', '15 minutes', '1 hour', 'medium', 10000),
('mpesa', 'M-Pesa', '[{"name": "holder", "label": "Registered name", "pattern": ".{2,140}", "required": true}, {"name": "phone", "label": "Phone number", "pattern": "[+]?[0-9]{9,15}", "required": true}]', '15 minutes', '15 minutes', '1 hour', 'medium', 2000),
('pix', 'Pix', '[{"name": "holder", "label": "Account holder", "pattern": ".{2,140}", "required": true}, {"name": "key", "label": "Pix key", "pattern": ".{1,77}", "required": true}]', '15 minutes', '15 minutes', '1 hour', 'low', null),
('cash_deposit', 'Cash deposit', '[{"name": "holder", "label": "Account holder", "pattern": ".{2,140}", "required": true}, {"name": "bank", "label": "Bank", "pattern": ".{2,100}", "required": true}, {"name": "account", "label": "Account number", "pattern": "[A-Za-z0-9 -]{4,40}", "required": true}]', '48 hours', '4 hours', '24 hours', 'high', 1000),
('paypal', 'PayPal', '[{"name": "holder", "label": "Account holder", "pattern": ".{2,140}", "required": true}, {"name": "email", "label": "E-mail address", "pattern": "[^@ ]+@[^@ ]+", "required": true}]', '30 minutes', '15 minutes', '1 hour', 'high', 500);
