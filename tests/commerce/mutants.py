"""Each mistake of MONEY section 8, put back: (test, file, what stands there, what the mistake would write)."""

MUTANTS = [
    (
        "test_01_a_claw_back_is_not_limited_to_the_balance",
        "commerce/earning/follow.py",
        "        _owe(change, line, due)\n",
        "        due = 0\n",
    ),
    (
        "test_02_a_refund_reverses_every_level_and_kind",
        "commerce/earning/follow.py",
        'live = [line for line in change.lines if line["state"] != "void"]',
        'live = [line for line in change.lines[:1] if line["state"] != "void"]',
    ),
    (
        "test_03_what_is_paid_out_is_read_where_it_is_written",
        "commerce/earning/settlement.py",
        "    gross = still_owed(unit, lines)\n    netted",
        "    gross = found.gross_minor\n    netted",
    ),
    (
        "test_04_a_partial_refund_takes_its_share_and_no_more",
        "commerce/earning/claw_back.py",
        'due = claw_back(line["amount_minor"], base, refunded, line["clawed_minor"])',
        'due = line["amount_minor"] - line["clawed_minor"]',
    ),
    (
        "test_05_it_matures_after_the_window_and_the_payee_stays",
        "commerce/earning/follow.py",
        'change.change(line, state=_after(line, "paid"))',
        'change.change(line, state="matured", matured_at=change.unit.now)',
    ),
    (
        "test_06_every_refund_after_settlement_counts_and_held_lines_have_a_state",
        "commerce/earning/follow.py",
        'clawed = line["clawed_minor"] + due\n    if line["state"] in PAID_OUT:\n',
        'clawed = line["clawed_minor"] + due\n    if line["state"] in PAID_OUT and line["clawed_minor"]:\n'
        '        return\n    if line["state"] in PAID_OUT:\n',
    ),
    (
        "test_07_the_last_unit_is_sold_once",
        "commerce/stock.py",
        '.where(table.c.sku_id == bindparam("sku"), source >= bindparam("least"))',
        '.where(table.c.sku_id == bindparam("sku"), bindparam("least") >= 0)',
    ),
    (
        "test_08_no_float_comes_near_money",
        "commerce/money.py",
        "return divide_half_even(amount * ppm, PPM)",
        "return round(amount * ppm / PPM)",
    ),
    (
        "test_09_a_plain_id_from_the_client_makes_nobody_a_sharer",
        "commerce/touches.py",
        "_holding(links, commands[coming.at].code, coming.place))\n",
        "_holding(links, commands[coming.at].code, coming.place)\n"
        "        or unit.connection.execute(select(tables.viewer.c.customer_id.label('id'), tables.viewer.c.id\n"
        "        .label('sharer_id')).where(tables.viewer.c.public_id == commands[coming.at].code)).first())\n",
    ),
    (
        "test_10_a_payment_told_twice_pays_once",
        "commerce/payments/record.py",
        '    if state == "created":\n',
        '    if state in ("created", "paid"):\n',
    ),
    (
        "test_11_the_back_button_makes_no_second_sharer",
        "commerce/earning/ties.py",
        "known[viewer].sharer = (sharer, public)",
        "known[viewer].sharer = known[viewer].sharer or (sharer, public)",
    ),
    (
        "test_12_a_chargeback_is_booked",
        "commerce/order/refund.py",
        "    apply(unit, order, event, command.reason, expires_at, **so_far)",
        "    if not command.chargeback:\n        apply(unit, order, event, command.reason, expires_at, **so_far)",
    ),
    (
        "test_13_the_base_is_what_was_paid",
        "commerce/commission.py",
        "return max(0, self.paid_minor - self.freight_minor - self.tax_minor - self.funded_minor)",
        "return self.paid_minor",
    ),
    (
        "test_14_the_seller_is_not_his_own_promoter",
        "commerce/commission.py",
        "        if earner.channel == sale.house:\n            return\n",
        "",
    ),
    (
        "test_15_entries_of_different_kinds_never_suppress_each_other",
        "commerce/earning/follow.py",
        "    name = f\"clawback:{line['public_id']}:{change.source}\"",
        "    name = f\"commission:{line['public_id']}\"",
    ),
    (
        "test_16_an_own_purchase_is_tracked_paid_by_rule_and_says_why",
        "commerce/commission.py",
        "        yield _as_own(line, sale) if earner.channel == sale.own else line\n",
        "        if earner.channel != sale.own:\n            yield line\n",
    ),
]
