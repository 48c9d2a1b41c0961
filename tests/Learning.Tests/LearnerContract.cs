namespace Learning.Tests;

/// <summary>What every learner must do, whatever it learns. A new learner joins by filling in the abstract members.</summary>
public abstract class LearnerContract<TSample, TModel>
    where TModel : class
{
    /// <summary>Whether no data is a caller's mistake (tables) or an empty model (interactions).</summary>
    protected abstract bool RefusesEmpty { get; }

    /// <summary>How far answers may move when the rows are permuted; null when order may matter (the seed picks rows).</summary>
    protected abstract double? PermutationTolerance { get; }

    [Fact]
    public void Empty_data_is_refused_or_gives_an_empty_model()
    {
        if (RefusesEmpty)
        {
            Assert.ThrowsAny<ArgumentException>(() => Learn(Empty()));
            return;
        }

        var model = Learn(Empty());

        Assert.Equal(Bytes(model), Bytes(Load(new MemoryStream(Bytes(model)))));
    }

    [Fact]
    public void One_row_gives_a_model_with_finite_answers()
    {
        var model = Learn(OneRow());

        Assert.All(Ask(model, OneRow()), answer => Assert.True(double.IsFinite(answer)));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void Numbers_that_are_not_finite_are_refused(float value)
    {
        var exception = Assert.ThrowsAny<ArgumentException>(() => FitWith(value));

        Assert.False(string.IsNullOrWhiteSpace(exception.Message));
    }

    [Fact]
    public void The_unseen_is_met_as_documented() => MeetTheUnseen(Learn(Typical()));

    [Fact]
    public void Refit_equals_fit()
    {
        var first = Bytes(Learn(Typical()));
        Learn(OneRow());

        Assert.Equal(first, Bytes(Learn(Typical())));
    }

    [Fact]
    public void Input_is_untouched()
    {
        var sample = Typical();
        var before = Fingerprint(sample);

        Learn(sample);

        Assert.Equal(before, Fingerprint(sample));
    }

    [Fact]
    public async Task Same_seed_gives_the_same_bytes_on_one_thread_and_on_many()
    {
        var parallel = Bytes(Learn(Typical(), seed: 7));

        // Parallel loops run on the current scheduler; this one lets a single worker in.
        var single = new ConcurrentExclusiveSchedulerPair(TaskScheduler.Default, maxConcurrencyLevel: 1).ConcurrentScheduler;
        var alone = await Task.Factory.StartNew(() => Bytes(Learn(Typical(), seed: 7)), TestContext.Current.CancellationToken, TaskCreationOptions.None, single);

        Assert.Equal(parallel, alone);
    }

    [Fact]
    public void Save_and_load_keep_every_answer_and_read_no_further()
    {
        var sample = Typical();
        var model = Learn(sample);
        var bytes = Bytes(model);
        using var stream = new MemoryStream([.. bytes, 1, 2, 3]);

        var loaded = Load(stream);

        Assert.Equal(bytes.Length, stream.Position);
        Assert.Equal(bytes, Bytes(loaded));
        Assert.Equal(Ask(model, sample), Ask(loaded, sample));
    }

    [Fact]
    public void Any_flipped_byte_is_refused()
    {
        var bytes = Bytes(Learn(Typical()));
        foreach (var place in Places(bytes.Length))
        {
            var damaged = bytes.ToArray();
            damaged[place] ^= 0x5A;

            var exception = Assert.Throws<InvalidDataException>(() => Load(new MemoryStream(damaged)));

            Assert.NotEmpty(exception.Message);
        }
    }

    [Fact]
    public void Any_missing_tail_is_refused()
    {
        var bytes = Bytes(Learn(Typical()));
        foreach (var length in Places(bytes.Length))
        {
            Assert.Throws<InvalidDataException>(() => Load(new MemoryStream(bytes[..length])));
        }
    }

    [Fact]
    public void Another_kind_and_a_newer_version_are_named()
    {
        var otherKind = Bytes(Learn(Typical()));
        "XXXX"u8.CopyTo(otherKind.AsSpan(4));
        var newer = Bytes(Learn(Typical()));
        newer[9] = 0x7F;

        Assert.Contains("XXXX", Assert.Throws<InvalidDataException>(() => Load(new MemoryStream(otherKind))).Message, StringComparison.Ordinal);
        Assert.Contains("version", Assert.Throws<InvalidDataException>(() => Load(new MemoryStream(newer))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public virtual void Unfitted_use_is_impossible_by_type() => Assert.Empty(typeof(TModel).GetConstructors());

    [Fact]
    public void A_cancelled_fit_stops()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();

        Assert.ThrowsAny<OperationCanceledException>(() => Fit(Typical(), 0, cancelled.Token));
    }

    [Fact]
    public void The_order_of_rows_does_not_matter_where_it_must_not()
    {
        Assert.SkipWhen(PermutationTolerance is null, "The seed picks rows by place, so their order may matter here.");
        var sample = Typical();
        var expected = Ask(Learn(sample), sample);

        var answers = Ask(Learn(Permuted(sample)), sample);

        Assert.Equal(expected.Length, answers.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            Assert.InRange(answers[i] - expected[i], -PermutationTolerance!.Value, PermutationTolerance.Value); // skipped above when null
        }
    }

    protected abstract TSample Typical();

    protected abstract TSample Empty();

    protected abstract TSample OneRow();

    protected abstract TSample Permuted(TSample sample);

    protected abstract byte[] Fingerprint(TSample sample);

    protected abstract TModel Fit(TSample sample, ulong seed, CancellationToken cancellationToken);

    protected abstract void FitWith(float value);

    protected abstract void MeetTheUnseen(TModel model);

    protected abstract double[] Ask(TModel model, TSample sample);

    protected abstract void Save(TModel model, Stream stream);

    protected abstract TModel Load(Stream stream);

    protected TModel Learn(TSample sample, ulong seed = 0) => Fit(sample, seed, TestContext.Current.CancellationToken);

    protected byte[] Bytes(TModel model)
    {
        using var stream = new MemoryStream();
        Save(model, stream);
        return stream.ToArray();
    }

    // Every byte of the first and last 100, and about 200 between.
    private static IEnumerable<int> Places(int length) =>
        Enumerable.Range(0, length).Where(place => place < 100 || place >= length - 100 || place % Math.Max(1, length / 200) == 0);
}
