from vitpose_plus.engine.address import interface_of, own_address


def test_the_way_to_oneself_is_the_loopback():
    assert own_address("localhost") in ("127.0.0.1", "::1")
    assert interface_of("127.0.0.1") == "lo"


def test_an_address_that_is_no_interfaces_has_none():
    assert interface_of("192.0.2.7") is None
