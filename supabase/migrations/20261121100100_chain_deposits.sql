-- Deposits on the chain: transfers to deposit addresses. They are seen, credited once their block is
-- safe or final, and dropped when a reorganisation took them.

create function private.coin_address() returns text
language plpgsql immutable set search_path = ''
as $$
begin
    return '0xEeeeeEeeeEeEeeEeEeEeeEEEeeeeEeeeeeeeEEeE';
end
$$;
comment on function private.coin_address() is
'What stands for the coin of a chain where a token has its contract (EIP-7528): nobody has the key to it.';

create table public.chain_tokens (
    chain_id bigint not null,
    address text not null check (address ~ '^(0x[0-9a-fA-F]{40}|T[1-9A-HJ-NP-Za-km-z]{33}|native)$'),
    currency text not null references public.currencies (code) on delete restrict,
    dust_below public.money_amount not null default 0.01 check (dust_below >= 0),
    primary key (chain_id, address),
    constraint chain_tokens_currency_once unique (chain_id, currency)
);
alter table public.chain_tokens enable row level security;
select private.make_setting('public.chain_tokens', 'Below what a deposit is dust.', '{
    "dust_below": {"least": "0", "most": "100", "second": true}
}');
create trigger _510_own_address after insert or update of address on public.chain_tokens
for each row when (new.address <> 'native') execute function private.tg__own_address();
create index chain_tokens_currency_idx on public.chain_tokens (currency);
comment on table public.chain_tokens is
'Tokens and coins that are watched on each chain: what is paid in, and what people send by mistake.';
comment on column public.chain_tokens.chain_id is 'Chain, by its EIP-155 id.';
comment on column public.chain_tokens.address is 'Contract of the token, as the chain writes its addresses, checksummed; 0xEeee… (EIP-7528) for the coin of the chain itself, native where a chain has no contracts.';
comment on column public.chain_tokens.currency is 'What it is called in the books.';
comment on column public.chain_tokens.dust_below is
'A deposit below this counts for nothing until an operator accepts it, unless its sender has paid to the same address before.';

create table public.chain_rules (
    chain_id bigint primary key references public.networks (chain_id) on delete restrict,
    first_block bigint not null default 0 check (first_block >= 0),
    fee_ceiling bigint not null check (fee_ceiling > 0),
    least_tip bigint not null check (least_tip >= 0),
    stale_after_blocks integer not null check (stale_after_blocks between 5 and 100000),
    constraint chain_rules_tip_below_ceiling check (least_tip < fee_ceiling)
);
alter table public.chain_rules enable row level security;
select private.make_audited('public.chain_rules', 'chain_id');
select private.make_setting('public.chain_rules',
'Where reading a chain begins, what is bid for gas, and when it stands still.', '{
    "first_block": {"least": "0", "most": "1000000000000", "second": true},
    "fee_ceiling": {"least": "1", "most": "10000000000000", "second": true},
    "least_tip": {"least": "0", "most": "1000000000000", "second": true},
    "stale_after_blocks": {"least": "5", "most": "100000", "second": true}
}');
comment on table public.chain_rules is 'How each EVM chain is read and paid on.';
comment on column public.chain_rules.chain_id is 'Chain, by its EIP-155 id.';
comment on column public.chain_rules.first_block is
'Height of the chain when its rail goes live: reading begins after it. Of no use once something was read.';
comment on column public.chain_rules.fee_ceiling is 'Most that a unit of gas may cost, in wei; above it payments wait.';
comment on column public.chain_rules.least_tip is 'What a tip for a unit of gas never falls below, in wei.';
comment on column public.chain_rules.stale_after_blocks is
'After how many times the usual time between blocks without a new one the chain stands still: see network_health.';

create table public.chain_confirmations (
    chain_id bigint not null,
    amount_from public.money_amount not null check (amount_from >= 0),
    block_tag text not null check (block_tag ~ '^(safe|finalized|[1-9][0-9]{0,2})$'),
    primary key (chain_id, amount_from)
);
alter table public.chain_confirmations enable row level security;
comment on table public.chain_confirmations is
'How sure a chain must be before money counts, by amount: safe (its data is on the parent chain, minutes) or finalized (the parent chain will not change, about 20 minutes). On a chain without such words a number of blocks.';
comment on column public.chain_confirmations.chain_id is 'Chain, by its EIP-155 id.';
comment on column public.chain_confirmations.amount_from is 'From this amount on, in units of the token.';
comment on column public.chain_confirmations.block_tag is 'A transfer counts once this block is not before its own; a number: once so many blocks stand on each other, its own the first.';

insert into public.chain_tokens (chain_id, address, currency)
select n.chain_id, c.contract_address, c.code
from public.currencies as c inner join public.networks as n on c.network_id = n.id
where n.chain_id is not null and c.contract_address is not null;
insert into public.chain_tokens (chain_id, address, currency, dust_below)
select n.chain_id, private.coin_address(), k.currency, k.dust_below
from public.networks as n inner join (
    values ('ethereum', 'ETH', 0.0005), ('bsc', 'BNB', 0.002), ('polygon', 'POL', 1),
    ('base', 'ETH_BASE', 0.00005), ('celo', 'CELO', 1)
) as k (network_id, currency, dust_below) on n.id = k.network_id;
-- Five minutes without a block, on each.
insert into public.chain_rules (chain_id, fee_ceiling, least_tip, stale_after_blocks) values
(1, 100000000000, 10000000, 25), (56, 10000000000, 50000000, 100), (137, 1000000000000, 25000000000, 150),
(8453, 5000000000, 1000000, 150), (42220, 100000000000, 1000000, 300),
-- Nothing is paid on TRON: what it would cost is never asked.
(728126428, 1000, 0, 100);
-- A rollup is safe once its data is on Ethereum. Elsewhere the tag is of each node's own making, or unknown.
insert into public.chain_confirmations (chain_id, amount_from, block_tag) values
(1, 0, 'finalized'), (728126428, 0, 'finalized'), (56, 0, 'finalized'), (137, 0, 'finalized'),
(8453, 0, 'safe'), (8453, 1000, 'finalized'), (42220, 0, 'safe'), (42220, 1000, 'finalized');

create table public.chain_cursors (
    chain_id bigint not null,
    block_number bigint not null check (block_number >= 0),
    block_hash text not null check (block_hash ~ '^(0x)?[0-9a-f]{64}$'),
    block_time timestamptz not null,
    scanned_at timestamptz not null,
    primary key (chain_id, block_number)
);
alter table public.chain_cursors enable row level security;
comment on table public.chain_cursors is
'Blocks up to which a chain has been read; the last is where reading goes on, those before are where it goes back to when a reorganisation has replaced later ones.';
comment on column public.chain_cursors.chain_id is 'Chain, by its EIP-155 id.';
comment on column public.chain_cursors.block_number is 'Everything up to this block has been read.';
comment on column public.chain_cursors.block_hash is 'Its hash when it was read.';
comment on column public.chain_cursors.block_time is 'When the chain says it was made: all that was paid before has been seen.';
comment on column public.chain_cursors.scanned_at is 'When it was read.';

create table public.chain_slices (
    chain_id bigint not null references public.chain_rules (chain_id) on delete restrict,
    slice smallint not null check (slice between 0 and 23),
    block_number bigint not null check (block_number >= 0),
    block_time timestamptz not null,
    read_at timestamptz not null,
    primary key (chain_id, slice)
);
alter table public.chain_slices enable row level security;
create index chain_slices_read_at_idx on public.chain_slices (chain_id, read_at);
comment on table public.chain_slices is
'How far a chain was read for each of the 24 parts of all addresses ever given out: once a day, up to a final block.';
comment on column public.chain_slices.chain_id is 'Chain, by its EIP-155 id.';
comment on column public.chain_slices.slice is 'The part, as in deposit_requests.';
comment on column public.chain_slices.block_number is 'Up to this block its addresses were read.';
comment on column public.chain_slices.block_time is 'When the chain says that block was made.';
comment on column public.chain_slices.read_at is 'When it was last read through.';

create table public.chain_deposits (
    chain_id bigint not null,
    transaction_hash text not null check (transaction_hash ~ '^(0x)?[0-9a-f]{64}$'),
    log_index integer not null check (log_index >= 0),
    block_number bigint not null,
    block_hash text not null check (block_hash ~ '^(0x)?[0-9a-f]{64}$'),
    block_time timestamptz not null,
    token text not null,
    currency text not null references public.currencies (code) on delete restrict,
    sender text not null,
    recipient text not null,
    request_id uuid not null references public.deposit_requests (id) on delete restrict,
    amount public.money_amount not null check (amount > 0),
    state text not null default 'seen' check (state in ('seen', 'credited', 'quarantined', 'dropped')),
    credits integer not null default 0 check (credits >= 0),
    watched boolean not null default true,
    next_at timestamptz not null,
    proof jsonb,
    doubt text not null default '' check (length(doubt) <= 64),
    doubts integer not null default 0 check (doubts >= 0),
    doubted_at timestamptz,
    last_event text not null,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    primary key (chain_id, transaction_hash, log_index),
    foreign key (chain_id, token) references public.chain_tokens (chain_id, address) on delete restrict,
    constraint chain_deposits_doubted_since check (
        (doubt = '') = (doubted_at is null) and (doubt = '') = (doubts = 0)
    ),
    constraint chain_deposits_seen_is_watched check (state <> 'seen' or watched),
    constraint chain_deposits_dropped_is_not_watched check (state <> 'dropped' or not watched)
);
alter table public.chain_deposits enable row level security;
create index chain_deposits_request_id_idx on public.chain_deposits (request_id);
create index chain_deposits_sender_idx on public.chain_deposits (lower(sender));
create index chain_deposits_currency_idx on public.chain_deposits (currency);
create index chain_deposits_token_idx on public.chain_deposits (chain_id, token);
create index chain_deposits_watched_idx on public.chain_deposits (chain_id, block_number) where watched;
select private.make_audited('public.chain_deposits', 'transaction_hash');
comment on table public.chain_deposits is
'Transfers of known tokens and coins to deposit addresses, each named by chain, transaction and place. Only what is credited counts.';
comment on column public.chain_deposits.chain_id is 'Chain, by its EIP-155 id.';
comment on column public.chain_deposits.transaction_hash is
'Transaction it is part of; of a coin whose transaction is not known, the block after which the address held more.';
comment on column public.chain_deposits.log_index is 'Place of its log in the block; of an output in its transaction, on a chain of coins; of a coin that is credited by balance a number that tells those of one transaction or block apart.';
comment on column public.chain_deposits.block_number is 'Block it was last seen in; of a coin the final block after which the address held more.';
comment on column public.chain_deposits.block_hash is 'Hash of that block: while the chain has it, it has the transfer.';
comment on column public.chain_deposits.block_time is
'When the chain says it happened; what counts against the deadline. Of a coin the earliest that it can have been.';
comment on column public.chain_deposits.token is 'Contract of the token, as in chain_tokens.';
comment on column public.chain_deposits.currency is 'What the token is called in the books.';
comment on column public.chain_deposits.sender is 'Address it came from; on a chain of coins the first that shows. Empty: none does, or a contract sent a coin, or several together.';
comment on column public.chain_deposits.recipient is 'Deposit address it went to.';
comment on column public.chain_deposits.request_id is 'Request whose address that is.';
comment on column public.chain_deposits.amount is 'In units of the token.';
comment on column public.chain_deposits.state is
'seen in a block; credited, when the chain is sure; quarantined, when it is there and somebody must decide; dropped, when a reorganisation took it away.';
comment on column public.chain_deposits.credits is 'How often it was credited: more than once only after a credited one was lost and came back.';
comment on column public.chain_deposits.watched is 'Whether its block is still compared with the chain: until it is final.';
comment on column public.chain_deposits.next_at is 'From when its block is compared with the chain: later each time while answers contradict each other.';
comment on column public.chain_deposits.proof is
'What the receipt said when it was credited, as private.is_proof compared it, and how many nodes said so; null before.';
comment on column public.chain_deposits.doubt is
'What an answer said against it, in a word, such as no_log or other_block; empty: nothing.';
comment on column public.chain_deposits.doubts is 'How many answers have contradicted it.';
comment on column public.chain_deposits.doubted_at is 'When an answer first contradicted it.';
comment on column public.chain_deposits.last_event is 'Name of the last move, as in private.state_edges.';
comment on column public.chain_deposits.created_at is 'When we first saw it, by the database clock.';
comment on column public.chain_deposits.updated_at is 'When the row last changed, by the database clock.';

-- Rows of a table read best one line each.
-- noqa: disable=LT05
insert into private.state_edges (number, machine, from_state, event, actor, to_state, note) values
(27, 'deposit', null, 'see', 'rail', 'seen', 'a transfer to a deposit address is in a block'),
(27, 'deposit', 'seen', 'include', 'rail', 'seen', 'a reorganisation put it into another block'),
(27, 'deposit', 'seen', 'credit', 'rail', 'credited', 'its block is safe or final, by amount: the engine is told, once'),
(27, 'deposit', 'seen', 'doubt', 'rail', 'seen', 'an answer contradicts it: nothing is credited, operators are told'),
(27, 'deposit', 'seen', 'correct', 'rail', 'seen', 'read again, it was another transfer than was read first'),
(27, 'deposit', 'seen', 'refuse', 'rail', 'dropped', 'ten answers in more than a day contradicted it'),
(27, 'deposit', 'seen', 'quarantine', 'rail', 'quarantined', 'dust, or of an address that is warned of: nothing is credited, an operator decides'),
(27, 'deposit', 'seen', 'drop', 'rail', 'dropped', 'its block is gone'),
(27, 'deposit', 'quarantined', 'accept', 'operator', 'credited', 'an operator takes this deposit: the engine is told'),
(27, 'deposit', 'quarantined', 'release', 'timer', 'credited', 'its time is over and its address is not warned of any more'),
(27, 'deposit', 'quarantined', 'include', 'rail', 'quarantined', 'a reorganisation deeper than the policy kept it'),
(27, 'deposit', 'quarantined', 'doubt', 'rail', 'quarantined', 'one answer says that it is gone, another that it is not'),
(27, 'deposit', 'quarantined', 'settle', 'rail', 'quarantined', 'its block is final: it is not polled any more'),
(27, 'deposit', 'quarantined', 'lose', 'rail', 'dropped', 'a reorganisation deeper than the policy took it'),
(27, 'deposit', 'dropped', 'see', 'rail', 'seen', 'it is in a block again'),
(27, 'deposit', 'credited', 'include', 'rail', 'credited', 'a reorganisation deeper than the policy kept it'),
(27, 'deposit', 'credited', 'doubt', 'rail', 'credited', 'one answer says that it is gone, another that it is not'),
(27, 'deposit', 'credited', 'settle', 'rail', 'credited', 'its block is final: it is not polled any more'),
(27, 'deposit', 'credited', 'lose', 'rail', 'dropped', 'a reorganisation deeper than the policy took it: the engine is told, and operators');
-- noqa: enable=LT05

create function private.is_proof(p_deposit public.chain_deposits, p_proof jsonb) returns boolean
language plpgsql immutable set search_path = ''
as $$
begin
    return coalesce(
        (p_proof ->> 'nodes')::integer >= 1
        and p_proof ->> 'transaction_hash' = p_deposit.transaction_hash
        and (p_proof ->> 'log_index')::integer = p_deposit.log_index
        and p_proof ->> 'block_hash' = p_deposit.block_hash
        and (p_proof ->> 'block_number')::bigint = p_deposit.block_number
        and p_proof ->> 'token' = p_deposit.token
        and p_proof ->> 'sender' = p_deposit.sender
        and p_proof ->> 'recipient' = p_deposit.recipient
        and (p_proof ->> 'amount')::numeric = p_deposit.amount,
        false
    );
end
$$;
comment on function private.is_proof(public.chain_deposits, jsonb) is
'Whether a second answer of the chain has the very transfer that was read: same log, block, token, sender, recipient and amount.';

create function private.tg_chain_deposits__guard() returns trigger
language plpgsql set search_path = ''
as $$
begin
    if not private.has_edge(
        'deposit', case when tg_op = 'UPDATE' then old.state end, '', new.last_event,
        case new.last_event when 'accept' then 'operator' when 'release' then 'timer' else 'rail' end, new.state, ''
    ) then
        raise sqlstate 'PT409' using message = 'illegal_move', detail = 'This move does not exist for the deposit.';
    end if;
    if tg_op = 'UPDATE' and (
        (old.chain_id, old.transaction_hash, old.log_index, old.created_at)
        is distinct from (new.chain_id, new.transaction_hash, new.log_index, new.created_at)
        -- Read anew it may be another transfer, as long as nothing was credited.
        or ((old.credits > 0 or old.state = 'quarantined' or new.last_event not in ('correct', 'include', 'see'))
            and (old.request_id, old.token, old.currency, old.sender, old.recipient, old.amount)
            is distinct from (new.request_id, new.token, new.currency, new.sender, new.recipient, new.amount))
        or new.credits <> old.credits + (new.last_event in ('credit', 'accept', 'release'))::integer
    ) then
        raise sqlstate 'PT409' using
            message = 'deposit_fixed', detail = 'What was sent to whom does not change, and only a credit counts as one.';
    end if;
    if new.last_event in ('credit', 'quarantine') and not private.is_proof(new, new.proof) then
        raise sqlstate 'PT409' using
            message = 'deposit_unproved', detail = 'A deposit is credited once a second answer has found it in its block.';
    end if;
    return new;
end
$$;
comment on function private.tg_chain_deposits__guard() is
'Laws 2 and 14 for deposits: a legal move, the same money, each credit counted and proved.';
create trigger _500_guard before insert or update on public.chain_deposits
for each row execute function private.tg_chain_deposits__guard();
create trigger _000_never_deleted before delete or truncate on public.chain_deposits
for each statement execute function private.tg__append_only();

create function private.chain_least_deposit(p_request public.deposit_requests) returns numeric
language plpgsql stable set search_path = ''
as $$
begin
    return (
        select t.dust_below::numeric from public.chain_tokens as t
        inner join public.currencies as c on c.code = t.currency
        inner join public.networks as n on n.id = c.network_id
        where t.chain_id = n.chain_id and t.currency = p_request.currency
    );
end
$$;
comment on function private.chain_least_deposit(public.deposit_requests) is
'Least that counts at the address of a request by itself, in units of its token.';
