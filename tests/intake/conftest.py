import pytest

from tests.factories import treatments


@pytest.fixture(autouse=True)
def values(request):
    if request.node.get_closest_marker("django_db"):
        request.getfixturevalue("db")
        treatments.values()
