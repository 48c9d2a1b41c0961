using MarketLoop.Analysis.Features;
using MarketLoop.Analysis.Intent;
using MarketLoop.Analysis.Targets;
using MarketLoop.Domain;

namespace MarketLoop.Analysis.Outlook;

/// <summary>Answers one question about a customer's weeks ahead with a probability: will they buy, stay away, open a mail, return goods. Immutable, thread-safe.</summary>
public sealed class OutlookModel
{
    private const int FormatVersion = 1;
    private readonly TableDesign design;
    private readonly SingleModel model;

    internal OutlookModel(RowTarget target, int horizonDays, int activeWithinDays, TableDesign design, SingleModel model)
    {
        Target = target;
        HorizonDays = horizonDays;
        ActiveWithinDays = activeWithinDays;
        this.design = design;
        this.model = model;
    }

    /// <summary>What is asked.</summary>
    public RowTarget Target { get; }

    /// <summary>Days ahead that are looked at.</summary>
    public int HorizonDays { get; }

    /// <summary>Days in which a customer must have ordered to be asked about by <see cref="RowTarget.Churns"/> and <see cref="RowTarget.Returns"/>.</summary>
    public int ActiveWithinDays { get; }

    /// <summary>The probability (0..1); null for whom nothing is asked. About ten microseconds.</summary>
    public double? Predict(CustomerFeatures features)
    {
        ArgumentNullException.ThrowIfNull(features);
        if (!IsAsked(features))
        {
            return null;
        }

        Span<float> row = stackalloc float[BehaviourVector.Length];
        BehaviourVector.Write(features, row);
        return Predict(row);
    }

    /// <summary>What raises and lowers the answer for this customer beside others, strongest first; empty for whom nothing is asked. Up to a millisecond.</summary>
    public IReadOnlyList<OutlookReason> Explain(CustomerFeatures features)
    {
        ArgumentNullException.ThrowIfNull(features);
        if (!IsAsked(features))
        {
            return [];
        }

        float[] row = new float[BehaviourVector.Length];
        BehaviourVector.Write(features, row);
        return [.. design.Explain(model, design.Prepare(row)).Where(reason => reason.Effect != 0).Select(reason => new OutlookReason(reason.Column, reason.Effect))];
    }

    /// <summary>Writes the model; the same fit gives the same bytes.</summary>
    public void Save(Stream stream)
    {
        using BinaryWriter writer = new(stream, System.Text.Encoding.UTF8, leaveOpen: true);
        writer.Write(FormatVersion);
        writer.Write((int)Target);
        writer.Write(HorizonDays);
        writer.Write(ActiveWithinDays);
        writer.Write(design);
        writer.Write(model);
    }

    /// <summary>Reads what <see cref="Save"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The bytes are no whole model of a known version.</exception>
    public static OutlookModel Load(Stream stream)
    {
        using BinaryReader reader = new(stream, System.Text.Encoding.UTF8, leaveOpen: true);
        try
        {
            if (reader.ReadInt32() != FormatVersion)
            {
                throw new InvalidDataException("The outlook is of another version.");
            }

            RowTarget target = (RowTarget)reader.ReadInt32();
            (int horizonDays, int activeWithinDays) = (reader.ReadInt32(), reader.ReadInt32());
            return new OutlookModel(target, horizonDays, activeWithinDays, reader.ReadDesign(), reader.ReadModel());
        }
        catch (EndOfStreamException end)
        {
            throw new InvalidDataException("The outlook is cut off.", end);
        }
    }

    internal double Predict(ReadOnlySpan<float> row) => Math.Clamp(model.Predict(design.Prepare(row))[0], 0, 1);

    private bool IsAsked(CustomerFeatures features) => !Target.AsksRecentBuyers() || (features.Orders > 0 && features.RecencyDays <= ActiveWithinDays);
}

/// <summary>What one thing that is known of a customer does to an answer.</summary>
/// <param name="Trait">A name of <see cref="BehaviourVector.Names"/>.</param>
/// <param name="Effect">How much it adds to the model's score, on the model's own scale: comparable within one answer. Above 0 it speaks for yes.</param>
public sealed record OutlookReason(string Trait, double Effect);

/// <summary>One answer about a customer with its reasons.</summary>
/// <param name="Question">What is asked: buys, churn, opens-mail or returns.</param>
/// <param name="Probability">The answer, 0..1.</param>
/// <param name="Reasons">What raises and lowers it, strongest first.</param>
public sealed record OutlookExplanation(string Question, double Probability, IReadOnlyList<OutlookReason> Reasons);
