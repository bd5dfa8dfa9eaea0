from vitpose_plus.training.sampling import EpochSampler


def test_an_epoch_sees_every_instance_once():
    assert sorted(index for _, index in EpochSampler(50, seed=0)) == list(range(50))


def test_epochs_and_seeds_differ_and_repeat():
    def order(seed, epoch):
        sampler = EpochSampler(50, seed)
        sampler.set_epoch(epoch)
        return list(sampler)

    assert order(0, 1) == order(0, 1)
    assert [i for _, i in order(0, 1)] != [i for _, i in order(0, 2)]
    assert order(0, 1) != order(1, 1)
    assert {epoch for epoch, _ in order(0, 3)} == {3}
