using MarketLoop.Learning.Persistence;

namespace MarketLoop.Learning.Value;

/// <summary>A fitted Gamma-Gamma model: what a customer spends per purchase. Money in the unit of the fit. Immutable, thread-safe.</summary>
public sealed class GammaGammaModel
{
    private const string Kind = "GGAM";
    private const ushort FormatVersion = 1;

    private readonly ParameterEstimate[] _parameters;
    private readonly double _sampleMean;

    internal GammaGammaModel(ParameterEstimate[] parameters, double logLikelihood, int customers, double sampleMean, bool hasConverged)
    {
        _parameters = parameters;
        LogLikelihood = logLikelihood;
        Customers = customers;
        _sampleMean = sampleMean;
        HasConverged = hasConverged;
    }

    /// <summary>p, q and gamma (in the unit of money) with standard errors.</summary>
    public IReadOnlyList<ParameterEstimate> Parameters => _parameters;

    /// <summary>Log-likelihood of the fit.</summary>
    public double LogLikelihood { get; }

    /// <summary>Customers of the fit.</summary>
    public int Customers { get; }

    /// <summary>Whether the slope of the likelihood was gone at the end.</summary>
    public bool HasConverged { get; }

    /// <summary>Expected spend per purchase of a customer of whom nothing is known: p gamma / (q - 1); the sample's mean where q is not above 1.</summary>
    public double PopulationMean => Q > 1 ? P * Gamma / (Q - 1) : _sampleMean;

    private double P => _parameters[0].Value;

    private double Q => _parameters[1].Value;

    private double Gamma => _parameters[2].Value;

    /// <summary>
    /// Expected spend per purchase (eq. 5): between the customer's own mean and everybody's, nearer to the own the more purchases there are. O(1).
    /// </summary>
    /// <param name="purchases">Purchases seen, at least 0; with 0 the mean says nothing.</param>
    /// <param name="meanSpend">Their mean, finite and at least 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of range.</exception>
    public double ExpectedSpend(int purchases, double meanSpend)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(purchases);
        if (!(meanSpend >= 0 && double.IsFinite(meanSpend)))
        {
            throw new ArgumentOutOfRangeException(nameof(meanSpend), meanSpend, "The mean spend must be finite and at least 0.");
        }

        // p (gamma + x z) / (p x + q - 1), as the weighted mean it is; with q of at most 1 there is no mean to lean on.
        return purchases == 0 ? PopulationMean
            : Q <= 1 ? meanSpend
            : ((P * purchases * meanSpend) + ((Q - 1) * PopulationMean)) / ((P * purchases) + Q - 1);
    }

    /// <summary>Writes the model; the same fit gives the same bytes.</summary>
    public void Save(Stream stream)
    {
        using var writer = new ModelWriter(stream, Kind, FormatVersion);
        writer.Write(Customers);
        writer.Write(HasConverged);
        writer.Write(LogLikelihood);
        writer.Write(_sampleMean);
        EstimateFields.Write(writer, _parameters);
        writer.Complete();
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The bytes are not a whole Gamma-Gamma model of a known version.</exception>
    public static GammaGammaModel Load(Stream stream)
    {
        using var reader = new ModelReader(stream, Kind, FormatVersion);
        var customers = reader.ReadCount(1);
        var hasConverged = reader.ReadBoolean();
        var logLikelihood = reader.ReadFiniteDouble();
        var sampleMean = reader.ReadFiniteDouble();
        var parameters = EstimateFields.Read(reader, "p", "q", "gamma");
        reader.Complete();
        return new GammaGammaModel(parameters, logLikelihood, customers, sampleMean, hasConverged);
    }
}
