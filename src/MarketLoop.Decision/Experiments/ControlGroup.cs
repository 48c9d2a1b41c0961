using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using MarketLoop.Data.Shop;
using MarketLoop.Domain;
using Microsoft.Extensions.Options;

namespace MarketLoop.Decision.Experiments;

/// <summary>Sorts customers into the arms of the standing experiment: a keyed hash of the customer, so an arm needs no memory and never flips. Thread-safe.</summary>
/// <remarks>
/// The hash says where in [0, 1) a customer stands; below the share is control. Raising the share moves customers from treated to control only, lowering it the other way.
/// A browser is sorted by its own id, a customer who signed in by the user id: the same person has one arm on all devices from the sign-in on.
/// A browser that was exposed in one arm before its sign-in and in the other after it is counted and left out when lift is measured (never in both arms);
/// the alternative, carrying the browser's arm over, would give one person two arms on two devices for good.
/// </remarks>
public sealed class ControlGroup(ShopSecrets secrets, IOptions<ExperimentOptions> options)
{
    private readonly byte[] salt = secrets.KeyForDraws("control-group");

    /// <summary>The customer's arm and the probability with which a customer falls into it.</summary>
    public ArmAssignment ArmOf(CustomerId customer)
    {
        double share = options.Value.ControlShare;
        return PlaceOf(customer) < share ? new(Arm.Control, share) : new(Arm.Treated, 1 - share);
    }

    private double PlaceOf(CustomerId customer)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(salt, Encoding.UTF8.GetBytes(customer.ToString()), hash);
        return (BinaryPrimitives.ReadUInt64LittleEndian(hash) >> 11) * (1.0 / (1UL << 53));
    }
}

/// <summary>An arm and the probability (0..1] of falling into it.</summary>
public readonly record struct ArmAssignment(Arm Arm, double Propensity);
