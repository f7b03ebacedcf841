from signaling.api.describe import document
from signaling.api.operations_sales import SALES


def test_a_sheet_is_described_as_text():
    for operation in SALES:
        if operation.path.endswith(".csv"):
            answer = document()["paths"][operation.path]["get"]["responses"]["200"]
            assert answer["content"] == {"text/csv": {"schema": {"type": "string"}}}
