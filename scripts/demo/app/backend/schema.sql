create table courier (
  id         uuid primary key,
  name       text not null,
  email      text not null unique
);

create table delivery (
  id         uuid primary key,
  pickup     text not null,
  dropoff    text not null,
  price      integer not null check (price > 0), -- centésimos
  created_at timestamptz not null
);

create table event (
  id          uuid primary key, -- made by the app, so that sending twice is harmless
  delivery_id uuid not null references delivery,
  courier_id  uuid references courier,
  kind        text not null check (kind in ('assigned', 'picked up', 'handed over', 'failed')),
  happened_at timestamptz not null,
  arrived_at  timestamptz not null default now()
);

create index event_by_delivery on event (delivery_id, happened_at);
