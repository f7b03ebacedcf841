from signaling.api.describe import document
from signaling.api.operations_programs import PROGRAMS


def test_they_can_be_called_with_a_key_or_a_session():
    for operation in PROGRAMS:
        security = document()["paths"][operation.path][operation.method]["security"]
        assert security == [{"session": []}, {"api_key": []}]
