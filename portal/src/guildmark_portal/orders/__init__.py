"""Orders: what somebody pays for the right to sit an exam, exactly once, whatever is pressed twice or comes late.

Theory of operation. An order is facts (`models`); what it *is* follows from them (`guildmark.rules.order`). The payment
provider is asked how an order stands *now* (`settling`): by a job that a signed message enqueues (`events`), by the page to
which a buyer returns, and by a daily look at what is open for long (`sweeping`). What is new is written down, and what
follows from it is done in the same transaction: the right to sit is granted, taken back, or given again. So messages may
come twice, late, in any order, or never.

    opening ──> paying ──> settling ──> entitling.grant        `stripe` alone knows the provider's SDK
                  │            │
               giving_up    refunding                          `offline` confirms what staff saw on the bank's paper
"""
