from pathlib import Path

from prometheus_client import CollectorRegistry

from commerce import images, questions
from commerce.service import Commerce
from config.metrics import Metrics
from config.settings import Settings
from signaling.demo_goods import GOODS, PICTURES, SHOPS, furnish

PUBLIC = Path(__file__).parent.parent.parent / "web/public"


async def test_what_it_makes_is_in_the_store(tmp_path):
    settings = Settings(data_dir=tmp_path)
    made = await furnish(settings)
    commerce = await Commerce.open(settings.database, settings.payments, tmp_path, Metrics(CollectorRegistry()))
    try:
        room = await commerce.ask(questions.room, "north")
        link = await commerce.ask(questions.link, made.rooms[0].link_code)
        studio = await commerce.ask(questions.studio, made.stream_keys["primary"])
        session = await commerce.log_in(made.user, made.password)
        shown = [images.parts(item.product.image_url) for item in room.shelf]
        pictures = [await commerce.ask(images.image, *found) for found in shown]
    finally:
        await commerce.close()
    assert (room.show.show, room.show.state) == (made.show, "live")
    assert [item.product.name for item in room.shelf] == [goods.name for goods in GOODS]
    assert [item.pinned for item in room.shelf] == [True, False, False, False]
    assert len({*pictures}) == len(GOODS)
    assert link.room == "north"
    assert studio.show.show == made.show
    assert session.me.role == "owner"
    assert len(made.skus) == sum(len(goods.sizes) for goods in GOODS)


def test_its_pictures_are_part_of_the_pages():
    names = [shop.room for shop in SHOPS] + ["hq"]
    assert all((PUBLIC / f".{PICTURES}/{name}.svg").read_text("utf-8").startswith("<svg") for name in names)
