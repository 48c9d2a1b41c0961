using MarketLoop.Decision.Experiments;
using MarketLoop.Domain;
using MarketLoop.Tests.Fakes;
using Microsoft.Extensions.Options;
using Xunit;

namespace MarketLoop.Tests.Decision;

public sealed class ControlGroupTests
{
    [Theory]
    [InlineData(0.1)]
    [InlineData(0.3)]
    [InlineData(0.5)]
    public void Share_of_control_customers_is_what_the_owner_set(double share)
    {
        ControlGroup group = Make(share);

        int control = Enumerable.Range(0, 20_000).Count(i => group.ArmOf(Fakes.Make.Customer(i)).Arm == Arm.Control);

        // four standard errors
        double error = 4 * Math.Sqrt(share * (1 - share) / 20_000);
        Assert.InRange(control / 20_000.0, share - error, share + error);
    }

    [Fact]
    public void An_arm_is_stable_and_its_propensity_is_the_probability_of_falling_into_it()
    {
        ControlGroup group = Make(0.3), sameFolder = Make(0.3);

        for (int i = 0; i < 1000; i++)
        {
            ArmAssignment arm = group.ArmOf(Fakes.Make.Customer(i));

            Assert.Equal(arm, sameFolder.ArmOf(Fakes.Make.Customer(i)));
            Assert.Equal(arm.Arm == Arm.Control ? 0.3 : 0.7, arm.Propensity, 12);
        }
    }

    [Fact]
    public void Raising_the_share_moves_nobody_out_of_control()
    {
        ControlGroup small = Make(0.1), large = Make(0.3);

        Assert.All(
            Enumerable.Range(0, 2000).Select(Fakes.Make.Customer).Where(c => small.ArmOf(c).Arm == Arm.Control),
            c => Assert.Equal(Arm.Control, large.ArmOf(c).Arm));
    }

    [Fact]
    public void Another_folder_draws_another_group()
    {
        ControlGroup here = Make(0.5), there = Make(0.5, seed: 99);

        int same = Enumerable.Range(0, 4000).Count(i => here.ArmOf(Fakes.Make.Customer(i)).Arm == there.ArmOf(Fakes.Make.Customer(i)).Arm);

        Assert.InRange(same, 1850, 2150);
    }

    [Fact]
    public void A_share_of_zero_treats_everybody()
    {
        ControlGroup group = Make(0);

        Assert.All(Enumerable.Range(0, 500), i => Assert.Equal(new ArmAssignment(Arm.Treated, 1), group.ArmOf(Fakes.Make.Customer(i))));
    }

    private static ControlGroup Make(double share, byte seed = 7) =>
        new(Fakes.Make.Secrets(seed), Options.Create(new ExperimentOptions { ControlShare = share }));
}
